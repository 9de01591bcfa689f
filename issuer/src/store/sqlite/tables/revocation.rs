//! Revocations in the order in which they became durable. The order is what edges follow.

use crate::store::sqlite::Writing;
use crate::store::sqlite::columns::{int, seconds};
use edgewrit_shared::bundle::revocation::{Level, Revocation, Target};
use edgewrit_shared::limits::CLOCK_TOLERANCE;
use edgewrit_shared::time::UnixSeconds;
use rusqlite::{Connection, OptionalExtension as _, Row, ffi, params};

/// Authority that is valid, and can be revoked.
#[derive(Clone, Copy, Debug)]
pub struct Living {
    /// By what it is revoked.
    pub target: Target,
    /// When the last writ of it was issued.
    pub born: UnixSeconds,
    /// When the last writ of it expires.
    pub expires: UnixSeconds,
}

/// The party that revokes. An edge holds only so many revocations, and without all of them it
/// refuses everything: so clients have shares, and there is always room for the operator.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// The operator.
    Operator,
    /// A client, or an agent of it.
    Client(&'a str),
}

/// Live revocations that one client can cause.
const CLIENT_SHARE: i64 = 100_000;
/// Live revocations that all clients together can cause: edges hold 500,000.
const CLIENTS_SHARE: i64 = 450_000;
/// Under which the revocations of all clients are counted. No client has this name.
const ALL_CLIENTS: &str = "";

/// Revokes authority, unless it has expired.
///
/// # Errors
/// The error of the database, which is that it is full if the client has used up its share.
pub fn end(writing: &Writing<'_>, living: Living, by: By<'_>) -> rusqlite::Result<()> {
    let now = writing.now().seconds();
    let revocation = Revocation {
        target: living.target,
        // A clock that was set back must not leave writs alive that say to be from later.
        cut: now.max(living.born),
        // An edge whose clock is behind must not forget it while it still takes the writs.
        expires: living.expires.plus(CLOCK_TOLERANCE),
    };
    if revocation.expires > now {
        append(writing, &revocation, by)?;
    }
    Ok(())
}

/// Appends a revocation, unless one is kept already that ends as much.
///
/// # Errors
/// As [`end`].
pub fn append(connection: &Connection, revocation: &Revocation, by: By<'_>) -> rusqlite::Result<()> {
    const KEPT: &str = "SELECT 1 FROM revocations WHERE target = ?1 AND cut >= ?2 AND expires >= ?3";
    const SQL: &str = "INSERT INTO revocations (target, cut, expires, client_id) VALUES (?1, ?2, ?3, ?4)";
    let (target, cut) = (revocation.target.to_bytes(), int(revocation.cut.0));
    let expires = int(revocation.expires.0);
    if connection.prepare_cached(KEPT)?.exists(params![target, cut, expires])? {
        return Ok(());
    }
    let client_id = match by {
        By::Operator => None,
        By::Client(client_id) => {
            take_share(connection, client_id, CLIENT_SHARE)?;
            take_share(connection, ALL_CLIENTS, CLIENTS_SHARE)?;
            Some(client_id)
        }
    };
    connection
        .prepare_cached(SQL)?
        .execute(params![target, cut, expires, client_id])?;
    Ok(())
}

/// Takes one revocation more of a share.
fn take_share(connection: &Connection, client_id: &str, most: i64) -> rusqlite::Result<()> {
    const SQL: &str = "INSERT INTO shares (client_id, live) VALUES (?1, 1)
        ON CONFLICT DO UPDATE SET live = live + 1 RETURNING live";
    let live: i64 = connection
        .prepare_cached(SQL)?
        .query_row(params![client_id], |row| row.get(0))?;
    if live <= most {
        return Ok(());
    }
    let full = ffi::Error::new(ffi::SQLITE_FULL);
    let why = format!("`{client_id}` has {most} revocations that live, and gets no more");
    Err(rusqlite::Error::SqliteFailure(full, Some(why)))
}

/// Forgets what a revocation of everything makes needless.
pub fn fold_into_all(connection: &Connection, all: &Revocation) -> rusqlite::Result<()> {
    const FOLD: &str = "DELETE FROM revocations WHERE cut <= ?1 AND expires <= ?2";
    const COUNT: &str =
        "INSERT INTO shares SELECT client_id, count(*) FROM revocations WHERE client_id IS NOT NULL GROUP BY 1
        UNION ALL SELECT '', count(*) FROM revocations WHERE client_id IS NOT NULL";
    connection.execute(FOLD, params![int(all.cut.0), int(all.expires.0)])?;
    connection.execute("DELETE FROM shares", [])?;
    connection.execute(COUNT, [])?;
    Ok(())
}

/// Whether a writ with `targets` that was issued at `iat` is revoked. Asked where what follows
/// becomes durable, so that nothing that is revoked first can come after it.
pub fn is_revoked(
    connection: &Connection,
    targets: impl Iterator<Item = Target>,
    iat: UnixSeconds,
) -> rusqlite::Result<bool> {
    const SQL: &str = "SELECT 1 FROM revocations WHERE target = ?1 AND cut >= ?2";
    let mut find = connection.prepare_cached(SQL)?;
    for target in targets {
        if find.exists(params![target.to_bytes(), int(iat.0)])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether what is issued at `iat` is dead from the start, by one of `levels`: a cut has whole
/// seconds, and takes what is issued later in its own.
pub fn is_cut(connection: &Connection, levels: &[Level<'_>], iat: UnixSeconds) -> rusqlite::Result<bool> {
    is_revoked(connection, levels.iter().copied().map(Target::of), iat)
}

/// Forgets up to `most` revocations of what has expired by `now`.
pub fn prune(connection: &Connection, now: UnixSeconds, most: u64) -> rusqlite::Result<usize> {
    const SQL: &str = "DELETE FROM revocations WHERE seq IN (SELECT seq FROM revocations WHERE expires <= ?1 LIMIT ?2)
        RETURNING client_id";
    const GIVE_BACK: &str = "UPDATE shares SET live = live - 1 WHERE client_id IN (?1, '')";
    let mut prune = connection.prepare_cached(SQL)?;
    let gone: Vec<Option<String>> = prune
        .query_map(params![int(now.0), int(most)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut give_back = connection.prepare_cached(GIVE_BACK)?;
    for client_id in gone.iter().flatten() {
        give_back.execute(params![client_id])?;
    }
    connection
        .prepare_cached("DELETE FROM shares WHERE live <= 0")?
        .execute([])?;
    Ok(gone.len())
}

/// The number of the latest revocation, 0 before the first.
pub fn latest(connection: &Connection) -> rusqlite::Result<u64> {
    let mut latest = connection.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'revocations'")?;
    let seq = latest.query_row([], |row| row.get::<_, i64>(0)).optional()?;
    Ok(seq.unwrap_or_default().unsigned_abs())
}

/// The revocations after number `from` that still concern a writ at `now`.
pub fn since(connection: &Connection, from: u64, now: UnixSeconds) -> rusqlite::Result<Vec<Revocation>> {
    const SQL: &str = "SELECT target, cut, expires FROM revocations WHERE seq > ?1 AND expires > ?2 ORDER BY seq";
    let mut since = connection.prepare_cached(SQL)?;
    let rows = since.query_map(params![int(from), int(now.0)], read)?;
    rows.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Revocation> {
    Ok(Revocation {
        target: Target::from_bytes(row.get(0)?),
        cut: seconds(row, 1)?,
        expires: seconds(row, 2)?,
    })
}
