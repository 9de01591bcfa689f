//! How a command ends.

use std::fmt::Display;

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

    /// What is wrong, a line for each thing.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The exit code of the command.
    pub(crate) const fn code(&self) -> u8 {
        self.code
    }
}

impl FromIterator<Failure> for Failure {
    /// All that is wrong, as one failure.
    fn from_iter<T: IntoIterator<Item = Self>>(failures: T) -> Self {
        Self::all(failures.into_iter().flat_map(|failure| failure.lines).collect())
    }
}
