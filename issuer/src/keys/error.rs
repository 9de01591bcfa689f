//! Why the file of a key cannot be used.

use crate::base::from::from;
use crate::base::id::NoRandomness;
use crate::files::FileError;
use std::path::PathBuf;
use std::{error, fmt};

/// Why the file of a key cannot be used.
#[derive(Debug)]
pub enum KeyFileError {
    /// The file cannot be used.
    Folder(FileError),
    /// No randomness to make a key.
    Random(NoRandomness),
    /// The database knows the key, and the file is gone: a new key would lock every edge out.
    Missing(PathBuf),
    /// The file does not hold such a key; what is wrong with it.
    Malformed(PathBuf, &'static str),
}

from!(KeyFileError: Folder(FileError), Random(NoRandomness));

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(error) => error.fmt(f),
            Self::Random(error) => error.fmt(f),
            Self::Missing(path) => write!(
                f,
                "{}: not there, though the database is; restore it from a backup",
                path.display()
            ),
            Self::Malformed(path, what) => write!(f, "{}: {what}", path.display()),
        }
    }
}

impl error::Error for KeyFileError {}
