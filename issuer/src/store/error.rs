//! Why a transaction was not done.

use std::{error, fmt};

/// The store did not do what it was asked to; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// More is queued than is taken in.
    Busy,
    /// The database refused: a full disk, a read-only file; what it said, for the log.
    Unavailable(String),
    /// The issuer is stopping.
    Closed,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("more is queued than is taken in"),
            Self::Unavailable(what) => write!(f, "the database refused: {what}"),
            Self::Closed => f.write_str("the issuer is stopping"),
        }
    }
}

impl error::Error for StoreError {}
