//! The audit as it lies in a data directory, for readers only: no private key, no lock, no change.

use crate::audit::{ChainHead, Link};
use crate::evidence::outside::{OutsideError, Published, read_head_file, read_pruned_file};
use crate::files::{DATABASE, DataDirectory, FileError, GroupRead};
use crate::keys::{KeyFileError, KeyJob, PinnedKeys};
use crate::store::rows::audit::EventColumns;
use crate::store::rows::keys::KeyRow;
use crate::store::{HistoryDatabase, ReadDatabaseError, TaskName};
use std::path::Path;

/// Checkpoints between two events that are read together.
const CHECKPOINTS: u64 = 100_000;

/// Why the history cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The folder or a file in it.
    #[error(transparent)]
    Directory(FileError),
    /// The database.
    #[error(transparent)]
    Database(ReadDatabaseError),
    /// The pinned keys.
    #[error(transparent)]
    Keys(KeyFileError),
    /// A file that is kept outside of the database.
    #[error(transparent)]
    Outside(OutsideError),
}

impl From<FileError> for HistoryError {
    fn from(error: FileError) -> Self {
        Self::Directory(error)
    }
}

impl From<ReadDatabaseError> for HistoryError {
    fn from(error: ReadDatabaseError) -> Self {
        Self::Database(error)
    }
}

/// The history in a data directory.
#[derive(Debug)]
pub struct History {
    directory: DataDirectory,
    database: HistoryDatabase,
}

impl History {
    /// Opens the history in the data directory at `path`, which is its user's alone.
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
        let directory = DataDirectory::open_existing(path, group)?;
        let database = HistoryDatabase::open(&directory.file(DATABASE))?;
        Ok(Self { directory, database })
    }

    /// From now on reads one state of the database, whatever is written meanwhile.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn hold_still(&self) -> Result<(), HistoryError> {
        Ok(self.database.hold_still()?)
    }

    /// The head of the chain: the number and the hash of the last event.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn head(&self) -> Result<ChainHead, HistoryError> {
        Ok(self.database.head()?)
    }

    /// The head behind which the events after `seq` begin: that of event `seq`, or of the last one
    /// that was pruned, if there is no such event; the beginning if none was pruned.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn head_at(&self, seq: u64) -> Result<ChainHead, HistoryError> {
        Ok(self.database.head_at(seq)?)
    }

    /// The last event that was pruned; the beginning if none was.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn pruned(&self) -> Result<ChainHead, HistoryError> {
        Ok(self.database.pruned()?)
    }

    /// Up to `most` events after number `from`.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn after(&self, from: u64, most: u64) -> Result<Vec<Link>, HistoryError> {
        Ok(self.database.after(from, most)?)
    }

    /// The columns beside the lines of the events that [`Self::after`] answers.
    pub(crate) fn columns_after(&self, from: u64, most: u64) -> Result<Vec<EventColumns>, HistoryError> {
        Ok(self.database.columns_after(from, most)?)
    }

    /// Whether `number` can stand in the column `task` of event `seq`, whose line names the task
    /// `named`.
    pub(crate) fn is_number_of_task(
        &self,
        seq: u64,
        number: Option<i64>,
        named: Option<TaskName<'_>>,
    ) -> Result<bool, HistoryError> {
        Ok(self.database.is_number_of_task(seq, number, named)?)
    }

    /// The checkpoints of events after `from`, up to `last`.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn checkpoints(&self, from: u64, last: u64) -> Result<Vec<(u64, String)>, HistoryError> {
        Ok(self.database.checkpoints(from, last, CHECKPOINTS)?)
    }

    /// Every key that the database names as one that signs or signed checkpoints. An attacker that
    /// writes the database can add one.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn named_keys(&self) -> Result<PinnedKeys, HistoryError> {
        let rows = self.database.keys()?;
        let rows = rows.iter().filter(|row| row.job == KeyJob::Checkpoint);
        Ok(PinnedKeys::of(rows.filter_map(KeyRow::public)))
    }

    /// The keys for checkpoints that are pinned in the key folder; `None` if no version ran that
    /// pins them.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn pinned_keys(&self) -> Result<Option<PinnedKeys>, HistoryError> {
        PinnedKeys::read(&self.directory).map_err(HistoryError::Keys)
    }

    /// The head of the audit, as the data directory keeps it outside of the database.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn published(&self) -> Result<Option<Published>, HistoryError> {
        read_head_file(&self.directory).map_err(HistoryError::Outside)
    }

    /// The last event that the issuer pruned, as the data directory keeps it outside of the
    /// database; the beginning if it pruned none.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn pruned_outside(&self) -> Result<ChainHead, HistoryError> {
        read_pruned_file(&self.directory).map_err(HistoryError::Outside)
    }

    /// The epoch.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn epoch(&self) -> Result<String, HistoryError> {
        Ok(self.database.epoch()?)
    }
}
