//! Backups: a folder with a database and keys, from which an issuer can be started. What is
//! restored begins another epoch, so that no edge takes a history that was cut short for the one it
//! follows.

use super::restore;
use crate::audit::{Event, EventKind, RequestInfo};
use crate::files::{DATABASE, DataDirectory, FileError, make_data_directory};
use crate::keys::PINNED_FILE;
use crate::store::{CopyDatabaseError, RecordEvent, Store, StoreError, copy_database};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};
use tokio::task::spawn_blocking;

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Something stands there already.
    #[error("{}: there is something already; name a folder that is not there", .0.display())]
    Exists(PathBuf),
    /// A file or folder.
    #[error(transparent)]
    Directory(#[from] FileError),
    /// The database.
    #[error(transparent)]
    Database(#[from] CopyDatabaseError),
    /// The event of the backup could not be recorded.
    #[error(transparent)]
    Record(#[from] StoreError),
    /// The work was stopped by a defect of the issuer.
    #[error("the backup was stopped")]
    Stopped,
}

/// Makes backups while the issuer goes on, and records them.
#[derive(Debug)]
pub(crate) struct Backups {
    directory: DataDirectory,
    store: Arc<dyn Store>,
}

impl Backups {
    pub(crate) const fn new(directory: DataDirectory, store: Arc<dyn Store>) -> Self {
        Self { directory, store }
    }

    /// Makes a backup at `to`, as [`back_up`] does it, and records it.
    ///
    /// # Errors
    /// [`BackupError`]; what was begun at `to` is of no use then.
    pub(crate) async fn make(&self, to: PathBuf, info: &RequestInfo) -> Result<u64, BackupError> {
        let (directory, target) = (self.directory.clone(), to.clone());
        let copied = spawn_blocking(move || back_up(&directory, &target)).await;
        let bytes = copied.map_err(|_| BackupError::Stopped)??;
        let event = Event::done(EventKind::BackupMade).in_request(info);
        let event = event.data(&json!({"to": to, "bytes": bytes}));
        self.store.record(RecordEvent::new(event)).await?;
        Ok(bytes)
    }
}

/// Copies the data `directory` to a new folder `to`, while the issuer goes on. Answers the bytes of
/// the database's copy.
///
/// # Errors
/// [`BackupError`]; what was begun at `to` is of no use then.
pub fn back_up(directory: &DataDirectory, to: &Path) -> Result<u64, BackupError> {
    // A link that leads nowhere is something, too.
    if to.is_symlink() || to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let copy = make_data_directory(to, directory.group())?;
    // Keys first: of a key that is made meanwhile the copy of the database must not know more than
    // the copy of the keys.
    copy_keys(directory, &copy)?;
    let database = copy.file(DATABASE);
    copy_database(&directory.file(DATABASE), &database)?;
    copy_keys(directory, &copy)?;
    copy_pinned(directory, &copy)?;
    restore::mark_copy(&copy)?;
    Ok(database.look()?.map_or(0, |copied| copied.len()))
}

/// Copies the pinned keys again: the copy of the database must not name one that the copy of the
/// keys does not.
fn copy_pinned(directory: &DataDirectory, copy: &DataDirectory) -> Result<(), FileError> {
    match directory.file(PINNED_FILE).read()? {
        Some(bytes) => copy.file(PINNED_FILE).write(&bytes),
        None => Ok(()),
    }
}

/// Copies every key file that the copy does not have yet.
fn copy_keys(directory: &DataDirectory, copy: &DataDirectory) -> Result<(), FileError> {
    let keys = directory.path("keys");
    let at = |error: io::Error| FileError::Io(keys.clone(), error);
    for entry in fs::read_dir(&keys).map_err(at)? {
        let name = entry.map_err(at)?.file_name();
        let Some(name) = name.to_str().filter(|name| name.ends_with(".json")) else {
            continue;
        };
        let [from, to] = [directory, copy].map(|directory| directory.file(&format!("keys/{name}")));
        // A key that was retired in between is gone, and not needed.
        if let Some(bytes) = from.read()? {
            let bytes = zeroize::Zeroizing::new(bytes);
            if to.look()?.is_none() {
                to.write(&bytes)?;
            }
        }
    }
    Ok(())
}
