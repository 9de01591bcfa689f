//! Revocations in the order in which they became durable. The order is what edges follow.

use crate::store::rows::revocation::{By, Living};
use crate::store::rules::revocations::{ShareFull, check_share, counted_client, end_authority, shares_of};
use crate::store::sqlite::Writing;
use crate::store::sqlite::columns::{int, seconds};
use edgewrit_shared::bundle::revocation::{Revocation, Target};
use edgewrit_shared::time::UnixSeconds;
use rusqlite::{Connection, OptionalExtension as _, Row, ffi, params};

/// Revokes authority, unless it has expired.
///
/// # Errors
/// The error of the database, which is that it is full if the client has used up its share.
pub(crate) fn end(writing: &Writing<'_>, living: Living, by: By<'_>) -> rusqlite::Result<()> {
    match end_authority(&living, writing.now().seconds()) {
        Some(revocation) => append(writing, &revocation, by),
        None => Ok(()),
    }
}

/// Appends a revocation, unless one is kept already that ends as much.
///
/// # Errors
/// As [`end`].
pub(crate) fn append(connection: &Connection, revocation: &Revocation, by: By<'_>) -> rusqlite::Result<()> {
    const KEPT: &str = "SELECT 1 FROM revocations WHERE target = ?1 AND cut >= ?2 AND expires >= ?3";
    const SQL: &str = "INSERT INTO revocations (target, cut, expires, client_id) VALUES (?1, ?2, ?3, ?4)";
    let (target, cut) = (revocation.target.to_bytes(), int(revocation.cut.0));
    let expires = int(revocation.expires.0);
    if connection.prepare_cached(KEPT)?.exists(params![target, cut, expires])? {
        return Ok(());
    }
    for share in shares_of(by) {
        let live = add_to_share(connection, share.name)?;
        check_share(share, live).map_err(|full| refuse_as_full(&full))?;
    }
    connection
        .prepare_cached(SQL)?
        .execute(params![target, cut, expires, counted_client(by)])?;
    Ok(())
}

/// Counts one revocation more of a share. Answers how many live now.
fn add_to_share(connection: &Connection, name: &str) -> rusqlite::Result<u64> {
    const SQL: &str = "INSERT INTO shares (client_id, live) VALUES (?1, 1)
        ON CONFLICT DO UPDATE SET live = live + 1 RETURNING live";
    let live: i64 = connection
        .prepare_cached(SQL)?
        .query_row(params![name], |row| row.get(0))?;
    Ok(live.unsigned_abs())
}

/// The error that undoes the work of a job alone.
fn refuse_as_full(full: &ShareFull) -> rusqlite::Error {
    let code = ffi::Error::new(ffi::SQLITE_FULL);
    rusqlite::Error::SqliteFailure(code, Some(full.to_string()))
}

/// Forgets what a revocation of everything makes needless.
pub(crate) fn fold_into_all(connection: &Connection, all: &Revocation) -> rusqlite::Result<()> {
    const FOLD: &str = "DELETE FROM revocations WHERE cut <= ?1 AND expires <= ?2";
    const COUNT: &str =
        "INSERT INTO shares SELECT client_id, count(*) FROM revocations WHERE client_id IS NOT NULL GROUP BY 1
        UNION ALL SELECT '', count(*) FROM revocations WHERE client_id IS NOT NULL";
    connection.execute(FOLD, params![int(all.cut.0), int(all.expires.0)])?;
    connection.execute("DELETE FROM shares", [])?;
    connection.execute(COUNT, [])?;
    Ok(())
}

/// The cuts of a target. With `max(cut)` SQLite compiles the statement again for each request,
/// because the plan may depend on the value of the parameter.
const CUTS: &str = "SELECT cut FROM revocations WHERE target = ?1";

/// The latest cut of the revocations of `targets`.
pub(crate) fn latest_cut(connection: &Connection, targets: &[Target]) -> rusqlite::Result<Option<UnixSeconds>> {
    let mut find = connection.prepare_cached(CUTS)?;
    let mut latest: Option<i64> = None;
    for target in targets {
        let mut cuts = find.query(params![target.to_bytes()])?;
        while let Some(row) = cuts.next()? {
            latest = latest.max(Some(row.get(0)?));
        }
    }
    Ok(latest.map(|cut| UnixSeconds(cut.unsigned_abs())))
}

/// Forgets up to `most` revocations of what has expired by `now`.
pub(crate) fn prune(connection: &Connection, now: UnixSeconds, most: u64) -> rusqlite::Result<usize> {
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
pub(crate) fn latest(connection: &Connection) -> rusqlite::Result<u64> {
    let mut latest = connection.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'revocations'")?;
    let seq = latest.query_row([], |row| row.get::<_, i64>(0)).optional()?;
    Ok(seq.unwrap_or_default().unsigned_abs())
}

/// The revocations after number `from` that still concern a writ at `now`.
pub(crate) fn since(connection: &Connection, from: u64, now: UnixSeconds) -> rusqlite::Result<Vec<Revocation>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use edgewrit_shared::bundle::revocation::Level;
    use rusqlite::StatementStatus;

    #[test]
    fn the_statement_that_finds_cuts_is_compiled_once() {
        const TABLE: &str = "CREATE TABLE revocations (target BLOB NOT NULL, cut INTEGER NOT NULL) STRICT";
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLE).unwrap();
        for client in ["one", "another"] {
            let targets = [Target::of(Level::Client(client))];
            assert_eq!(latest_cut(&connection, &targets).unwrap(), None);
        }
        let statement = connection.prepare_cached(CUTS).unwrap();
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
