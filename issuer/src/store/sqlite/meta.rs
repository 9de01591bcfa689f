//! The table of names and values: the epoch, and what is to be done at a start.

use crate::base::id::{NoRandomness, hex, random};
use rusqlite::{Connection, OptionalExtension as _, params};

/// Why a database could not begin another epoch.
#[derive(Debug, thiserror::Error)]
pub enum EpochError {
    /// The database refused.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// No randomness for another epoch.
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

pub(super) fn meta(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let mut found = connection.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
    found.query_row(params![name], |row| row.get(0)).optional()
}

/// Whether the database comes from a backup, and its first start is to come.
pub(super) fn is_restored(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .prepare("SELECT 1 FROM meta WHERE name = 'restored'")?
        .exists([])
}

/// The epoch of which a database from a backup is a copy, if the backup says so.
pub(super) fn epoch_before(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let before = meta(connection, "restored")?;
    // Earlier versions noted no more than that it is one.
    Ok(before.filter(|epoch| epoch.len() > 1))
}

/// Lets the database begin another epoch.
pub(super) fn set_epoch(connection: &Connection, epoch: &str) -> rusqlite::Result<()> {
    connection
        .execute("UPDATE meta SET value = ?1 WHERE name = 'epoch'", [epoch])
        .map(drop)
}

/// Notes that the first start from a backup is done.
pub(super) fn note_restored(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .execute("DELETE FROM meta WHERE name = 'restored'", [])
        .map(drop)
}

/// Whether how far the audit reached was ever kept outside of the database.
pub(super) fn has_outside_head(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(meta(connection, "outside_head")?.is_some())
}

/// Notes that it is.
pub(super) fn note_outside_head(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .execute("INSERT OR IGNORE INTO meta VALUES ('outside_head', '1')", [])
        .map(drop)
}

/// Lets the database begin another epoch, and notes which one was before, for the first start to do
/// the rest. Done at the backup for earlier versions, and at each start until one has done the
/// rest: two starts from one backup are two histories.
pub(super) fn begin_epoch(connection: &Connection) -> Result<(), EpochError> {
    let before = epoch_before(connection)?.or(meta(connection, "epoch")?);
    let epoch = hex(&random::<8>()?);
    set_epoch(connection, &epoch)?;
    let note = "INSERT OR REPLACE INTO meta VALUES ('restored', ?1)";
    connection.execute(note, params![before.unwrap_or_default()])?;
    Ok(())
}
