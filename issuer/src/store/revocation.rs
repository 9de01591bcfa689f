//! Revocations in the order in which they became durable. The order is what edges follow.

use super::{Writing, int, seconds};
use edgewrit_shared::limits::CLOCK_TOLERANCE;
use edgewrit_shared::revocation::{Revocation, Target};
use edgewrit_shared::time::UnixSeconds;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// What lives, and can be ended early.
#[derive(Clone, Copy, Debug)]
pub struct Living {
    /// By what it is revoked.
    pub target: Target,
    /// When the last writ of it was issued.
    pub born: UnixSeconds,
    /// When the last writ of it expires.
    pub expires: UnixSeconds,
}

/// Ends what lives, unless its time is over.
pub fn end(writing: &Writing<'_>, living: Living) -> rusqlite::Result<()> {
    let now = writing.now().seconds();
    let revocation = Revocation {
        target: living.target,
        // A clock that was set back must not leave writs alive that say to be from later.
        cut: now.max(living.born),
        // An edge whose clock is behind must not forget it while it still takes the writs.
        expires: living.expires.plus(CLOCK_TOLERANCE),
    };
    if revocation.expires > now {
        append(writing, &revocation)?;
    }
    Ok(())
}

/// Appends a revocation.
pub fn append(connection: &Connection, revocation: &Revocation) -> rusqlite::Result<()> {
    let mut append = connection.prepare_cached("INSERT INTO revocations (target, cut, expires) VALUES (?1, ?2, ?3)")?;
    let target = revocation.target.to_bytes();
    append.execute(params![target, int(revocation.cut.0), int(revocation.expires.0)])?;
    Ok(())
}

/// Whether a writ with `targets` that was issued at `iat` is revoked. Asked where what follows becomes durable, so that nothing that
/// is revoked first can come after it.
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

/// Forgets up to `most` revocations of what has expired by `now`.
pub fn prune(connection: &Connection, now: UnixSeconds, most: u64) -> rusqlite::Result<usize> {
    const SQL: &str = "DELETE FROM revocations WHERE seq IN (SELECT seq FROM revocations WHERE expires <= ?1 LIMIT ?2)";
    connection.prepare_cached(SQL)?.execute(params![int(now.0), int(most)])
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
