//! The head of the audit, kept outside of the database: in a file of the data directory, and
//! where the operator wants it a second time with a witness. A database that is behind, or has
//! another history, is a copy or was changed from outside.
//!
//! A head is durable in the database before it is written here: a crash leaves the file behind the
//! database, never ahead of it.

use crate::audit::{ChainHead, CheckpointId};
use crate::files::FileError;
use edgewrit_shared::time::UnixSeconds;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;

mod compare;
mod files;
mod keeper;
mod pruned;

pub use compare::Disagreement;
pub(crate) use compare::compare;
pub(crate) use files::read_last_of_witness;
pub use files::{read_head_file, read_witness};
pub(crate) use keeper::HeadKeeper;
pub use pruned::{PRUNED_FILE, read_pruned_file};
pub(crate) use pruned::{compare_pruned, write_pruned_file};

/// The file in the data directory.
pub const HEAD_FILE: &str = "head";

/// The end of the audit at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The epoch of the database.
    pub epoch: String,
    /// The last event.
    pub head: ChainHead,
    /// The last checkpoint, if there was one.
    pub checkpoint: Option<CheckpointId>,
    /// Time at which the head was written.
    pub at: UnixSeconds,
}

#[derive(Deserialize, Serialize)]
struct HeadDocument {
    epoch: String,
    head: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<String>,
    at: u64,
}

impl Published {
    /// One line of JSON.
    fn to_line(&self) -> String {
        let document = HeadDocument {
            epoch: self.epoch.clone(),
            head: self.head.to_string(),
            checkpoint: self.checkpoint.map(|checkpoint| checkpoint.to_string()),
            at: self.at.0,
        };
        serde_json::to_string(&document).unwrap_or_default() + "\n"
    }

    fn read_line(line: &[u8]) -> Option<Self> {
        let document: HeadDocument = serde_json::from_slice(line).ok()?;
        let checkpoint = match document.checkpoint {
            Some(text) => Some(CheckpointId::parse(&text)?),
            None => None,
        };
        Some(Self {
            head: ChainHead::parse(&document.head)?,
            epoch: document.epoch,
            checkpoint,
            at: UnixSeconds(document.at),
        })
    }

    /// Whether another one says as much, whenever it was written.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        (&self.epoch, self.head, self.checkpoint) == (&other.epoch, other.head, other.checkpoint)
    }
}

/// Why what is kept outside of the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// The file of the data directory.
    #[error(transparent)]
    Directory(FileError),
    /// The witness.
    #[error("{path}: {error}", path = .0.display(), error = .1)]
    Io(PathBuf, io::Error),
    /// A file that holds something else.
    #[error(
        "{}: expected a line of JSON with `epoch`, `head` and `at`, as `edgewrit serve` writes it",
        .0.display()
    )]
    Malformed(PathBuf),
    /// The file that says up to where was pruned holds something else.
    #[error(
        "{}: expected `<seq>:<hash>` of the last event that was pruned, as `edgewrit serve` writes it",
        .0.display()
    )]
    NoHead(PathBuf),
}
