//! The event up to which the audit was pruned. The events before it are in the archive.

use crate::audit::ChainHead;
use rusqlite::{Connection, OptionalExtension as _, Row};

/// The last event that was pruned; the beginning if none was.
pub(crate) fn pruned(connection: &Connection) -> rusqlite::Result<ChainHead> {
    let mut pruned = connection.prepare_cached("SELECT seq, hash FROM audit_pruned")?;
    let head = pruned.query_row([], |row| head_of(row, 1)).optional()?;
    Ok(head.unwrap_or_default())
}

/// Lets a connection that only reads find nothing pruned in a database of version 0.1, which has no
/// table of it.
pub(crate) fn add_pruned_if_missing(connection: &Connection) -> rusqlite::Result<()> {
    let table = "SELECT 1 FROM sqlite_schema WHERE name = 'audit_pruned'";
    if connection.prepare(table)?.exists([])? {
        return Ok(());
    }
    connection.execute_batch("CREATE TEMP TABLE audit_pruned (one, seq, hash)")
}

/// The head in a row that begins with the number, and has the hash in this column.
pub(super) fn head_of(row: &Row<'_>, hash: usize) -> rusqlite::Result<ChainHead> {
    Ok(ChainHead {
        seq: row.get::<_, i64>(0)?.unsigned_abs(),
        hash: row.get(hash)?,
    })
}
