//! The issuer's keys: one job each, so that nothing that is signed here can be taken for something else. For each job there is a
//! key that signs, one that will, known to others already, and those that did. Private halves are files, one a key; which key stands
//! where is in the database.

use crate::audit::CheckpointFault;
use crate::folder::FolderError;
use crate::id::NoRandomness;
use crate::names::names;
use crate::store::StoreError;
use std::path::PathBuf;
use std::{error, fmt};

mod checkpoints;
mod credential;
mod pinned;
mod renew;
mod ring;
mod rotate;
mod signing;

pub use checkpoints::LastCheckpoint;
pub use credential::{CredentialKey, Hash};
pub use pinned::{PINNED_FILE, PinnedKey, PinnedKeys};
pub(crate) use renew::renew_all;
pub use ring::{Keyring, Ring};
pub use rotate::RotateError;
pub use signing::SigningKey;

/// Why keys cannot be used.
#[derive(Debug)]
pub enum KeysError {
    /// The file cannot be used.
    Folder(FolderError),
    /// No randomness to make one.
    Random(NoRandomness),
    /// The database knows the key, and the file is gone: a new key would lock every edge out.
    Missing(PathBuf),
    /// The file does not hold such a key; what is wrong with it.
    Malformed(PathBuf, &'static str),
    /// The database has no key that signs, or one that cannot be read; for which job.
    NoCurrent(Job),
    /// The database names a key for checkpoints that the key folder does not; which one.
    Unpinned(String),
    /// The last checkpoint of the database is not valid: at which event it stands, and what is wrong with it.
    Checkpoint(u64, CheckpointFault),
    /// The database refused.
    Store(StoreError),
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
            Self::NoCurrent(job) => write!(f, "the database holds no such key for `{}` as it should", job.as_str()),
            Self::Unpinned(kid) => write!(
                f,
                "the database names `{kid}` as a key for checkpoints, but `{PINNED_FILE}` does not: the database was changed from outside"
            ),
            Self::Checkpoint(seq, fault) => write!(
                f,
                "checkpoint at event {seq}: {fault}: the database was changed from outside"
            ),
            Self::Store(error) => error.fmt(f),
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

impl From<StoreError> for KeysError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Whether missing keys are made or missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The database knows of none yet.
    First,
    /// It does.
    Later,
}

names! {
    /// What a key signs.
    Job:
    /// Writs; published in the bundle and the JWKS.
    Writ = "writ",
    /// Bundles; pinned by the edges.
    Bundle = "bundle",
    /// Checkpoints of the audit chain.
    Checkpoint = "checkpoint",
    /// Delegation records of the AgentWrit API.
    Delegation = "delegation",
    /// Sessions of clients and the operator; known to the issuer alone.
    Session = "session",
}

names! {
    /// Where a key stands.
    State:
    /// It will sign, and others know it already.
    Next = "next",
    /// It signs.
    Current = "current",
    /// It has signed, and what it signed counts.
    Retired = "retired",
    /// It was given up, and nothing that it signed counts.
    Dropped = "dropped",
}

impl State {
    /// Whether a key that stands here signs, or will.
    #[must_use]
    pub const fn signs(self) -> bool {
        matches!(self, Self::Next | Self::Current)
    }
}
