//! How a command ends.

use crate::output::complain;
use std::fmt::Display;
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

    /// The same failure with one more line.
    pub(crate) fn with_line(mut self, line: &str) -> Self {
        self.lines.push(line.to_owned());
        self
    }

    /// Prints every line to standard error.
    pub(crate) fn report(self) -> ExitCode {
        complain(self.lines.into_iter().map(|line| format!("error: {line}")));
        ExitCode::from(self.code)
    }
}

impl FromIterator<Failure> for Failure {
    /// All that is wrong, as one failure.
    fn from_iter<T: IntoIterator<Item = Self>>(failures: T) -> Self {
        Self::all(failures.into_iter().flat_map(|failure| failure.lines).collect())
    }
}
