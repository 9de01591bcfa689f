//! `edgewrit operations`.

use crate::failure::Failure;
use clap::Subcommand;

mod replay;

/// Work on an edge's table of operations
#[derive(Debug, Subcommand)]
pub(crate) enum Operations {
    /// Judge recorded requests: what would be refused, and which operations are missing
    Replay(replay::Replay),
}

impl Operations {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Replay(replay) => replay.run(),
        }
    }
}
