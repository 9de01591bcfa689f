//! Backups: a folder with a database and keys, from which an issuer can be started. What is
//! restored begins another epoch, so that no edge takes a history that was cut short for the one it
//! follows.

use super::restore;
use crate::audit::{Event, EventKind, RequestInfo};
use crate::base::from::from;
use crate::files::{DATABASE, DataDirectory, FileError, OwnFile};
use crate::keys::PINNED_FILE;
use crate::store::{EpochError, Store, StoreError, begin_epoch, open_database};
use rusqlite::OpenFlags;
use rusqlite::backup::Backup;
use serde_json::json;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{error, fmt, fs, io};
use tokio::task::spawn_blocking;

/// Pages that are copied at once.
const PAGES: i32 = 4_096;
/// Rest between two such steps, for others to compute.
const REST: Duration = Duration::from_millis(1);

/// Why there is no backup.
#[derive(Debug)]
pub enum BackupError {
    /// Something stands there already.
    Exists(PathBuf),
    /// A file or folder.
    Folder(FileError),
    /// The database.
    Sqlite(rusqlite::Error),
    /// The copy could not begin another epoch.
    Epoch(EpochError),
    /// The event of the backup could not be recorded.
    Record(StoreError),
    /// The work was stopped by a defect of the issuer.
    Stopped,
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(path) => write!(
                f,
                "{}: there is something already; name a folder that is not there",
                path.display()
            ),
            Self::Folder(error) => error.fmt(f),
            Self::Sqlite(error) => error.fmt(f),
            Self::Epoch(error) => error.fmt(f),
            Self::Record(error) => error.fmt(f),
            Self::Stopped => f.write_str("the backup was stopped"),
        }
    }
}

impl error::Error for BackupError {}

from! {
    BackupError:
    Folder(FileError),
    Sqlite(rusqlite::Error),
    Epoch(EpochError),
    Record(StoreError),
}

/// Makes backups while the issuer goes on, and records them.
#[derive(Debug)]
pub(crate) struct Backups {
    folder: DataDirectory,
    store: Arc<Store>,
}

impl Backups {
    pub(crate) const fn new(folder: DataDirectory, store: Arc<Store>) -> Self {
        Self { folder, store }
    }

    /// Makes a backup at `to`, as [`back_up`] does it, and records it.
    ///
    /// # Errors
    /// [`BackupError`]; what was begun at `to` is of no use then.
    pub(crate) async fn make(&self, to: PathBuf, info: &RequestInfo) -> Result<u64, BackupError> {
        let (folder, target) = (self.folder.clone(), to.clone());
        let copied = spawn_blocking(move || back_up(&folder, &target)).await;
        let bytes = copied.map_err(|_| BackupError::Stopped)??;
        let event = Event::done(EventKind::BackupMade).in_request(info);
        let event = event.data(&json!({"to": to, "bytes": bytes}));
        self.store.write(move |writing| writing.record(&event)).await?;
        Ok(bytes)
    }
}

/// Copies the data `folder` to a new folder `to`, while the issuer goes on. Answers the bytes of
/// the database's copy.
///
/// # Errors
/// [`BackupError`]; what was begun at `to` is of no use then.
pub fn back_up(folder: &DataDirectory, to: &Path) -> Result<u64, BackupError> {
    // A link that leads nowhere is something, too.
    if to.is_symlink() || to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let copy = DataDirectory::open(to, folder.group())?;
    // Keys first: of a key that is made meanwhile the copy of the database must not know more than
    // the copy of the keys.
    copy_keys(folder, &copy)?;
    let database = copy.file(DATABASE);
    copy_database(&folder.file(DATABASE), &database)?;
    copy_keys(folder, &copy)?;
    copy_pinned(folder, &copy)?;
    restore::mark_copy(&copy)?;
    Ok(database.look()?.map_or(0, |copied| copied.len()))
}

fn copy_database(from: &OwnFile, to: &OwnFile) -> Result<(), BackupError> {
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

/// Copies the pinned keys again: the copy of the database must not name one that the copy of the
/// keys does not.
fn copy_pinned(folder: &DataDirectory, copy: &DataDirectory) -> Result<(), FileError> {
    match folder.file(PINNED_FILE).read()? {
        Some(bytes) => copy.file(PINNED_FILE).write(&bytes),
        None => Ok(()),
    }
}

/// Copies every key file that the copy does not have yet.
fn copy_keys(folder: &DataDirectory, copy: &DataDirectory) -> Result<(), FileError> {
    let keys = folder.path("keys");
    let at = |error: io::Error| FileError::Io(keys.clone(), error);
    for entry in fs::read_dir(&keys).map_err(at)? {
        let name = entry.map_err(at)?.file_name();
        let Some(name) = name.to_str().filter(|name| name.ends_with(".json")) else {
            continue;
        };
        let [from, to] = [folder, copy].map(|folder| folder.file(&format!("keys/{name}")));
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
