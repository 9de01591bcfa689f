//! Why the database does not open.

use super::meta::EpochError;
use super::migrations::VERSION;
use crate::base::id::NoRandomness;
use crate::files::FileError;
use crate::store::StoreError;
use std::path::PathBuf;
use std::{error, fmt};

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// Why the database cannot be opened.
#[derive(Debug)]
pub enum OpenStoreError {
    /// The file cannot be made.
    Folder(FileError),
    /// SQLite refused.
    Sqlite(PathBuf, rusqlite::Error),
    /// A database of another program.
    Foreign(PathBuf),
    /// A database of a later version; its version.
    Later(PathBuf, i64),
    /// No randomness for a new database's epoch.
    Random(NoRandomness),
    /// A database from a backup could not begin another epoch.
    Epoch(EpochError),
    /// A thread could not be started.
    Thread(std::io::Error),
}

impl fmt::Display for OpenStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(error) => error.fmt(f),
            Self::Sqlite(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Foreign(path) => write!(f, "{}: not a database of this program", path.display()),
            Self::Later(path, version) => {
                let (path, known) = (path.display(), VERSION);
                write!(
                    f,
                    "{path}: schema version is `{version}`, expected at most `{known}`: written by a later release"
                )
            }
            Self::Random(error) => error.fmt(f),
            Self::Epoch(error) => error.fmt(f),
            Self::Thread(error) => write!(f, "no thread for the database: {error}"),
        }
    }
}

impl error::Error for OpenStoreError {}
