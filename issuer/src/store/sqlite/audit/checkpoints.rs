//! Signed checkpoints of the chain.

use crate::store::sqlite::columns::int;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// Keeps a checkpoint of the chain at event `seq`.
pub(crate) fn add_checkpoint(connection: &Connection, seq: u64, jws: &str) -> rusqlite::Result<()> {
    let mut add = connection.prepare_cached("INSERT INTO checkpoints (seq, jws) VALUES (?1, ?2)")?;
    add.execute(params![int(seq), jws])?;
    Ok(())
}

/// The last checkpoint: the event that it covers, and the signed document.
pub(crate) fn last_checkpoint(connection: &Connection) -> rusqlite::Result<Option<(u64, String)>> {
    let mut last = connection.prepare_cached("SELECT seq, jws FROM checkpoints ORDER BY seq DESC LIMIT 1")?;
    last.query_row([], |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?)))
        .optional()
}

/// The checkpoint at event `seq`.
pub(crate) fn checkpoint_at(connection: &Connection, seq: u64) -> rusqlite::Result<Option<String>> {
    let mut find = connection.prepare_cached("SELECT jws FROM checkpoints WHERE seq = ?1")?;
    find.query_row(params![int(seq)], |row| row.get(0)).optional()
}

/// The checkpoint that stands `back` before the last one.
pub(crate) fn checkpoint_before_last(connection: &Connection, back: u64) -> rusqlite::Result<Option<String>> {
    const SQL: &str = "SELECT jws FROM checkpoints ORDER BY seq DESC LIMIT 1 OFFSET ?1";
    connection
        .prepare_cached(SQL)?
        .query_row(params![int(back)], |row| row.get(0))
        .optional()
}

/// Up to `most` checkpoints of events after `from` up to `last`: the number of the event, and the
/// signed document.
pub(crate) fn checkpoints(
    connection: &Connection,
    from: u64,
    last: u64,
    most: u64,
) -> rusqlite::Result<Vec<(u64, String)>> {
    const SQL: &str = "SELECT seq, jws FROM checkpoints WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3";
    let mut between = connection.prepare_cached(SQL)?;
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?));
    between
        .query_map(params![int(from), int(last), int(most)], read)?
        .collect()
}
