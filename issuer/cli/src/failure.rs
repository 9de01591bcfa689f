//! How a command ends, and what it prints.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Why a command failed: one line for each thing that is wrong.
#[derive(Debug)]
pub(crate) struct Failure {
    lines: Vec<String>,
    code: u8,
}

/// The exit code of a command that failed.
const FAILED: u8 = 1;
/// That of one that could not begin, or only in part: also what clap exits with when the usage is wrong.
const UNREADABLE: u8 = 2;

impl Failure {
    /// One thing that is wrong.
    pub(crate) fn new(what: impl Display) -> Self {
        Self::all(vec![what.to_string()])
    }

    /// Several.
    pub(crate) fn all(lines: Vec<String>) -> Self {
        Self { lines, code: FAILED }
    }

    /// What is wrong is what the command printed: its answer.
    pub(crate) fn answered() -> Self {
        Self::all(Vec::new())
    }

    /// Those of files, for a command that fails also with an answer.
    pub(crate) fn unreadable(failures: Vec<Self>) -> Self {
        Self {
            lines: failures.into_iter().flat_map(|failure| failure.lines).collect(),
            code: UNREADABLE,
        }
    }

    /// Prints every line to standard error.
    pub(crate) fn report(self) -> ExitCode {
        let mut out = io::stderr().lock();
        for line in self.lines {
            // With standard error gone there is nobody to tell; the exit code still does.
            let _unheard = writeln!(out, "error: {line}");
        }
        ExitCode::from(self.code)
    }
}

/// Prints `text` and a line feed to standard output.
pub(crate) fn print(text: impl Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let printed = writeln!(out, "{text}").and_then(|()| out.flush());
    printed.map_err(|error| Failure::new(format!("standard output: {error}")))
}
