//! The statements of the operator about a data directory, and the errors of its opening.

use crate::base::clock::Moment;
use crate::base::rfc3339;
use crate::evidence::outside::{Disagreement, OutsideError};
use crate::files::{FileError, GroupRead};
use crate::keyring::KeysError;
use crate::registry::LoadError;
use crate::store::{self, StoreError};
use std::path::PathBuf;

/// The statements of the operator about the database that is opened.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// Whether the group of the data directory may read it.
    pub group: GroupRead,
    /// It is the original, whatever is kept outside of it.
    pub is_original: bool,
    /// The witness: a file in another place, to which the head of the audit is appended.
    pub witness: Option<PathBuf>,
}

/// Why a data directory cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenDataError {
    /// The folder itself.
    #[error(transparent)]
    Directory(FileError),
    /// The keys in it.
    #[error(transparent)]
    Keys(KeysError),
    /// The database in it.
    #[error(transparent)]
    Store(store::OpenStoreError),
    /// The clients in its database.
    #[error(transparent)]
    Registry(LoadError),
    /// The head outside of the database cannot be read.
    #[error(transparent)]
    Outside(OutsideError),
    /// The database is not the one of which something was published: which folder, where that is
    /// kept, and what differs.
    #[error(
        "{what} ({kept}). If it is a copy or a backup: `edgewrit restore --data {directory}`, then serve: what could have been \
        ended since is void. If it is the original and what is kept outside of it is wrong: \
        `edgewrit serve --data {directory} --this-is-the-original`",
        directory = .0.display(),
        kept = .1.display(),
        what = .2
    )]
    Copied(PathBuf, PathBuf, Disagreement),
    /// It could not be read.
    #[error(transparent)]
    Read(StoreError),
    /// The last write is from the future: its time, and the time now.
    #[error(
        "the database was written at `{written}`, and the clock says `{now}`: set the clock. If it was ahead when that was \
        written, start from a backup from before: whatever is ended now would be ended until then",
        written = rfc3339::write_millis(*.0),
        now = rfc3339::write_millis(*.1)
    )]
    Ahead(Moment, Moment),
}
