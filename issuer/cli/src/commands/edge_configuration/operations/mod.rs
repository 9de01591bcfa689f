//! `edgewrit operations`.

use crate::output::failure::Failure;
use clap::Subcommand;

mod check;
mod from_openapi;
mod replay;

/// Work on an edge's table of operations
#[derive(Debug, Subcommand)]
pub(crate) enum Operations {
    /// Print the table, and say what is doubtful about it
    Check(check::OperationsCheck),
    /// Make operations of an OpenAPI document
    FromOpenapi(from_openapi::FromOpenapi),
    /// Judge recorded requests: what would be refused, and which operations are missing
    Replay(replay::Replay),
}

impl Operations {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Check(check) => check.run(),
            Self::FromOpenapi(from) => from.run(),
            Self::Replay(replay) => replay.run(),
        }
    }
}
