//! Copies a database while others write it.

use super::connection::open_database;
use super::meta::{EpochError, begin_epoch};
use crate::files::{FileError, OwnFile};
use rusqlite::OpenFlags;
use rusqlite::backup::Backup;
use std::fs::OpenOptions;
use std::time::Duration;

/// Pages that are copied at once.
const PAGES: i32 = 4_096;
/// Rest between two such steps, for others to compute.
const REST: Duration = Duration::from_millis(1);

/// Why a database was not copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyDatabaseError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The database refused.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// The copy could not begin another epoch.
    #[error(transparent)]
    Epoch(#[from] EpochError),
}

/// Copies the database `from` to the file `to`, which is synced. The copy begins another epoch.
///
/// # Errors
/// [`CopyDatabaseError`]; what was begun at `to` is of no use then.
pub(crate) fn copy_database(from: &OwnFile, to: &OwnFile) -> Result<(), CopyDatabaseError> {
    let source = open_database(&from.path_without_links()?, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    // One state of it: a copy that follows what others write would never end.
    source.execute_batch("BEGIN; SELECT count(*) FROM meta;")?;
    to.make()?;
    let mut copy = open_database(&to.path_without_links()?, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    Backup::new(&source, &mut copy)?.run_to_completion(PAGES, REST, None)?;
    begin_epoch(&copy)?;
    copy.pragma_update(None, "journal_mode", "delete")?;
    copy.close().map_err(|(_, error)| error)?;
    let synced = to.open(OpenOptions::new().read(true))?.sync_all();
    Ok(synced.map_err(|error| FileError::Io(to.path().to_owned(), error))?)
}
