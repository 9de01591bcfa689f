//! The database of a data directory for a command that only reads: no lock, no change.

use super::tables::task_number::{self, TaskName};
use super::{audit, keys, look_at_database, meta, open_database};
use crate::audit::{ChainHead, Link};
use crate::files::{FileError, OwnFile};
use crate::store::rows::audit::EventColumns;
use crate::store::rows::keys::KeyRow;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::PathBuf;
use std::time::Duration;

/// Time for which a reader waits for a writer.
const BUSY: Duration = Duration::from_secs(5);

/// Why a database cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadDatabaseError {
    /// A file of it.
    #[error(transparent)]
    File(#[from] FileError),
    /// The database at this path refused.
    #[error("{path}: {error}", path = .0.display(), error = .1)]
    Sqlite(PathBuf, rusqlite::Error),
}

/// A database that is read beside the process that may write it.
#[derive(Debug)]
pub(crate) struct HistoryDatabase {
    path: PathBuf,
    connection: Connection,
}

impl HistoryDatabase {
    /// Opens the `database`.
    pub(crate) fn open(database: &OwnFile) -> Result<Self, ReadDatabaseError> {
        look_at_database(database)?;
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
                .or_else(allow_empty)?;
            Ok(connection)
        });
        match opened {
            Ok(connection) => Ok(Self { path, connection }),
            Err(error) => Err(ReadDatabaseError::Sqlite(path, error)),
        }
    }

    fn at_path<T>(&self, result: rusqlite::Result<T>) -> Result<T, ReadDatabaseError> {
        result.map_err(|error| ReadDatabaseError::Sqlite(self.path.clone(), error))
    }

    /// From now on reads one state of the database, whatever is written meanwhile.
    pub(crate) fn hold_still(&self) -> Result<(), ReadDatabaseError> {
        self.at_path(self.connection.execute_batch("BEGIN; SELECT count(*) FROM meta;"))
    }

    /// The head of the chain: the number and the hash of the last event.
    pub(crate) fn head(&self) -> Result<ChainHead, ReadDatabaseError> {
        self.at_path(audit::head(&self.connection))
    }

    /// The head behind which the events after `seq` begin.
    pub(crate) fn head_at(&self, seq: u64) -> Result<ChainHead, ReadDatabaseError> {
        self.at_path(audit::start(&self.connection, seq))
    }

    /// The last event that was pruned; the beginning if none was.
    pub(crate) fn pruned(&self) -> Result<ChainHead, ReadDatabaseError> {
        self.at_path(audit::pruned(&self.connection))
    }

    /// Up to `most` events after number `from`.
    pub(crate) fn after(&self, from: u64, most: u64) -> Result<Vec<Link>, ReadDatabaseError> {
        self.at_path(audit::after(&self.connection, from, most))
    }

    /// The columns beside the lines of the events that [`Self::after`] answers.
    pub(crate) fn columns_after(&self, from: u64, most: u64) -> Result<Vec<EventColumns>, ReadDatabaseError> {
        self.at_path(audit::columns_after(&self.connection, from, most))
    }

    /// Whether `number` can stand in the column `task` of event `seq`, whose line names the task
    /// `named`.
    pub(crate) fn is_number_of_task(
        &self,
        seq: u64,
        number: Option<i64>,
        named: Option<TaskName<'_>>,
    ) -> Result<bool, ReadDatabaseError> {
        self.at_path(task_number::is_number_of_task(&self.connection, seq, number, named))
    }

    /// Up to `most` checkpoints of events after `from`, up to `last`.
    pub(crate) fn checkpoints(&self, from: u64, last: u64, most: u64) -> Result<Vec<(u64, String)>, ReadDatabaseError> {
        self.at_path(audit::checkpoints(&self.connection, from, last, most))
    }

    /// Every key that the database names.
    pub(crate) fn keys(&self) -> Result<Vec<KeyRow>, ReadDatabaseError> {
        self.at_path(keys::all(&self.connection))
    }

    /// The epoch.
    pub(crate) fn epoch(&self) -> Result<String, ReadDatabaseError> {
        let epoch = meta::meta(&self.connection, "epoch");
        self.at_path(epoch.and_then(|epoch| epoch.ok_or(rusqlite::Error::QueryReturnedNoRows)))
    }
}

/// An empty table is one.
fn allow_empty(error: rusqlite::Error) -> rusqlite::Result<()> {
    match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(()),
        error => Err(error),
    }
}
