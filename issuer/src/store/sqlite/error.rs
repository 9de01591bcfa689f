//! Why the database does not open.

use super::meta::EpochError;
use super::migrations::VERSION;
use crate::base::id::NoRandomness;
use crate::files::FileError;
use crate::store::StoreError;
use std::path::PathBuf;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// Why the database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenStoreError {
    /// The file cannot be made.
    #[error(transparent)]
    Directory(FileError),
    /// SQLite refused.
    #[error("{path}: {error}", path = .0.display(), error = .1)]
    Sqlite(PathBuf, rusqlite::Error),
    /// A database of another program.
    #[error("{}: not a database of this program", .0.display())]
    Foreign(PathBuf),
    /// A database of a later version; its version.
    #[error(
        "{path}: schema version is `{version}`, expected at most `{VERSION}`: written by a later release",
        path = .0.display(),
        version = .1
    )]
    Later(PathBuf, i64),
    /// No randomness for a new database's epoch.
    #[error(transparent)]
    Random(NoRandomness),
    /// A database from a backup could not begin another epoch.
    #[error(transparent)]
    Epoch(EpochError),
    /// A thread could not be started.
    #[error("no thread for the database: {0}")]
    Thread(std::io::Error),
}
