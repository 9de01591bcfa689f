//! The issuer's keys: one file and one job each, made on first start, never replaced silently.

use crate::folder::{Folder, FolderError};
use crate::id::NoRandomness;
use std::path::PathBuf;
use std::{error, fmt};

mod credential;
mod signing;

pub use credential::{CredentialKey, Hash};
pub use signing::SigningKey;

/// Why keys cannot be used.
#[derive(Debug)]
pub enum KeysError {
    /// The file cannot be used.
    Folder(FolderError),
    /// No randomness to make one.
    Random(NoRandomness),
    /// Not the first start, and the file is gone: a new key would lock every edge out.
    Missing(PathBuf),
    /// The file does not hold such a key; what is wrong with it.
    Malformed(PathBuf, &'static str),
}

impl fmt::Display for KeysError {
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

impl error::Error for KeysError {}

impl From<FolderError> for KeysError {
    fn from(error: FolderError) -> Self {
        Self::Folder(error)
    }
}

impl From<NoRandomness> for KeysError {
    fn from(error: NoRandomness) -> Self {
        Self::Random(error)
    }
}

/// Whether missing keys are made or missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// There is no database yet.
    First,
    /// There is.
    Later,
}

/// All keys of the issuer. What one signs no other does, so nothing that is signed here can be taken for something else.
#[derive(Debug)]
pub struct Keys {
    /// Signs writs; published in the bundle and the JWKS.
    pub writ: SigningKey,
    /// Signs bundles; pinned by the edges.
    pub bundle: SigningKey,
    /// Signs the sessions of clients; known to the issuer alone.
    pub session: SigningKey,
    /// Under which secrets of clients and edges are hashed.
    pub credential: CredentialKey,
}

impl Keys {
    /// Reads the keys of `folder`, or makes them on the first start.
    ///
    /// # Errors
    /// [`KeysError`], with the file that is at fault.
    pub fn open(folder: &Folder, start: Start) -> Result<Self, KeysError> {
        Ok(Self {
            writ: SigningKey::open(folder.path("keys/writ.json"), start)?,
            bundle: SigningKey::open(folder.path("keys/bundle.json"), start)?,
            session: SigningKey::open(folder.path("keys/session.json"), start)?,
            credential: CredentialKey::open(folder.path("keys/credential.json"), start)?,
        })
    }
}
