//! Why the file of a key cannot be used.

use crate::base::id::NoRandomness;
use crate::files::FileError;
use std::path::PathBuf;

/// Why the file of a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be used.
    #[error(transparent)]
    Directory(#[from] FileError),
    /// No randomness to make a key.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// The database knows the key, and the file is gone: a new key would lock every edge out.
    #[error("{}: not there, though the database is; restore it from a backup", .0.display())]
    Missing(PathBuf),
    /// The file does not hold such a key; what is wrong with it.
    #[error("{path}: {what}", path = .0.display(), what = .1)]
    Malformed(PathBuf, &'static str),
}
