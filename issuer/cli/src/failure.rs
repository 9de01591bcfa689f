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

/// The exit code of whatever fails and says nothing else.
const FAILURE: u8 = 1;

impl Failure {
    /// One thing that is wrong.
    pub(crate) fn new(what: impl Display) -> Self {
        Self::all(vec![what.to_string()])
    }

    /// Several.
    pub(crate) fn all(lines: Vec<String>) -> Self {
        Self { lines, code: FAILURE }
    }

    /// Nothing more to say: what was printed already is the bad news.
    pub(crate) fn said() -> Self {
        Self::all(Vec::new())
    }

    /// The same failure under another exit code.
    pub(crate) fn with_code(self, code: u8) -> Self {
        Self { code, ..self }
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

impl FromIterator<Failure> for Failure {
    /// All that is wrong, as one failure.
    fn from_iter<T: IntoIterator<Item = Self>>(failures: T) -> Self {
        Self::all(failures.into_iter().flat_map(|failure| failure.lines).collect())
    }
}
