//! The audit as it lies in a data folder, for readers only: no private key, no lock, no change.

use crate::audit::{Head, Link};
use crate::evidence::outside::{OutsideError, Published, read_head_file, read_pruned_file};
use crate::files::{DATABASE, DataDirectory, FileError, GroupRead};
use crate::keys::{KeyFileError, KeyJob, PinnedKeys};
use crate::store::keys::KeyRow;
use crate::store::rows::audit::EventColumns;
use crate::store::task_number::{self, TaskName};
use crate::store::{audit, keys, look_at_database, open_database};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{error, fmt};

/// How long a writer is waited for.
const BUSY: Duration = Duration::from_secs(5);
/// Checkpoints between two events that are read together.
const CHECKPOINTS: u64 = 100_000;

/// Why the history cannot be read.
#[derive(Debug)]
pub enum HistoryError {
    /// The folder or a file in it.
    Folder(FileError),
    /// The database refused.
    Sqlite(PathBuf, rusqlite::Error),
    /// The pinned keys.
    Keys(KeyFileError),
    /// What is kept outside of the database.
    Outside(OutsideError),
}

impl fmt::Display for HistoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(error) => error.fmt(f),
            Self::Sqlite(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Keys(error) => error.fmt(f),
            Self::Outside(error) => error.fmt(f),
        }
    }
}

impl From<FileError> for HistoryError {
    fn from(error: FileError) -> Self {
        Self::Folder(error)
    }
}

impl error::Error for HistoryError {}

/// The history in a data folder.
#[derive(Debug)]
pub struct History {
    folder: DataDirectory,
    path: PathBuf,
    connection: Connection,
}

impl History {
    /// Opens the history in the data folder at `path`, which is its user's alone.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn open(path: &Path) -> Result<Self, HistoryError> {
        Self::open_readable(path, GroupRead::Refused)
    }

    /// As [`Self::open`], with what its `group` may do.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn open_readable(path: &Path, group: GroupRead) -> Result<Self, HistoryError> {
        let folder = DataDirectory::open_existing(path, group)?;
        let database = folder.file(DATABASE);
        look_at_database(&database)?;
        let path = database.path_without_links()?;
        // Not read-only: the first connection that reads a log after a crash makes its index.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let opened = open_database(&path, flags).and_then(|connection| {
            connection.busy_timeout(BUSY)?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            audit::add_pruned_if_missing(&connection)?;
            connection.pragma_update(None, "query_only", true)?;
            connection
                .query_row("SELECT 1 FROM audit LIMIT 0", [], |_| Ok(()))
                .or_else(none)?;
            Ok(connection)
        });
        match opened {
            Ok(connection) => Ok(Self {
                folder,
                path,
                connection,
            }),
            Err(error) => Err(HistoryError::Sqlite(path, error)),
        }
    }

    fn named<T>(&self, result: rusqlite::Result<T>) -> Result<T, HistoryError> {
        result.map_err(|error| HistoryError::Sqlite(self.path.clone(), error))
    }

    /// From now on reads one state of the database, whatever is written meanwhile.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn hold_still(&self) -> Result<(), HistoryError> {
        self.named(self.connection.execute_batch("BEGIN; SELECT count(*) FROM meta;"))
    }

    /// How far the chain reaches.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn head(&self) -> Result<Head, HistoryError> {
        self.named(audit::head(&self.connection))
    }

    /// The head behind which the events after `seq` begin: that of event `seq`, or of the last one
    /// that was pruned, if there is no such event; the beginning if none was pruned.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn head_at(&self, seq: u64) -> Result<Head, HistoryError> {
        self.named(audit::start(&self.connection, seq))
    }

    /// The last event that was pruned; the beginning if none was.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn pruned(&self) -> Result<Head, HistoryError> {
        self.named(audit::pruned(&self.connection))
    }

    /// Up to `most` events after number `from`.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn after(&self, from: u64, most: u64) -> Result<Vec<Link>, HistoryError> {
        self.named(audit::after(&self.connection, from, most))
    }

    /// What stands beside the lines of the events that [`Self::after`] answers.
    pub(crate) fn columns_after(&self, from: u64, most: u64) -> Result<Vec<EventColumns>, HistoryError> {
        self.named(audit::columns_after(&self.connection, from, most))
    }

    /// Whether `number` can stand in the column `task` of event `seq`, whose line names the task
    /// `named`.
    pub(crate) fn is_number_of_task(
        &self,
        seq: u64,
        number: Option<i64>,
        named: Option<TaskName<'_>>,
    ) -> Result<bool, HistoryError> {
        self.named(task_number::is_number_of_task(&self.connection, seq, number, named))
    }

    /// The checkpoints of events after `from`, up to `last`.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn checkpoints(&self, from: u64, last: u64) -> Result<Vec<(u64, String)>, HistoryError> {
        self.named(audit::checkpoints(&self.connection, from, last, CHECKPOINTS))
    }

    /// Every key that the database names as one that signs or signed checkpoints. An attacker that
    /// writes the database can add one.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn named_keys(&self) -> Result<PinnedKeys, HistoryError> {
        let rows = self.named(keys::all(&self.connection))?;
        let rows = rows.iter().filter(|row| row.job == KeyJob::Checkpoint);
        Ok(PinnedKeys::of(rows.filter_map(KeyRow::public)))
    }

    /// The keys for checkpoints that are pinned in the key folder; `None` if no version ran that
    /// pins them.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn pinned_keys(&self) -> Result<Option<PinnedKeys>, HistoryError> {
        PinnedKeys::read(&self.folder).map_err(HistoryError::Keys)
    }

    /// How far the audit reached, as the data folder keeps it outside of the database.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn published(&self) -> Result<Option<Published>, HistoryError> {
        read_head_file(&self.folder).map_err(HistoryError::Outside)
    }

    /// The last event that the issuer pruned, as the data folder keeps it outside of the database;
    /// the beginning if it pruned none.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn pruned_outside(&self) -> Result<Head, HistoryError> {
        read_pruned_file(&self.folder).map_err(HistoryError::Outside)
    }

    /// The epoch.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn epoch(&self) -> Result<String, HistoryError> {
        let epoch = "SELECT value FROM meta WHERE name = 'epoch'";
        self.named(self.connection.query_row(epoch, [], |row| row.get(0)))
    }
}

/// An empty table is one.
fn none(error: rusqlite::Error) -> rusqlite::Result<()> {
    match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(()),
        error => Err(error),
    }
}
