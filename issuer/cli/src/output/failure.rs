//! The failure of a command: messages and exit code.

use std::fmt::Display;

/// The failure of a command: a message for each fault, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    lines: Vec<String>,
    code: u8,
}

/// The exit code of a failure without another code.
const FAILURE: u8 = 1;

impl Failure {
    /// A failure with one message.
    pub(crate) fn new(message: impl Display) -> Self {
        Self::from_lines(vec![message.to_string()])
    }

    /// A failure with these messages.
    pub(crate) fn from_lines(lines: Vec<String>) -> Self {
        Self { lines, code: FAILURE }
    }

    /// A failure without a message: the command has printed its findings.
    pub(crate) fn already_printed() -> Self {
        Self::from_lines(Vec::new())
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

    /// The messages.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The exit code of the command.
    pub(crate) const fn code(&self) -> u8 {
        self.code
    }
}

impl FromIterator<Failure> for Failure {
    /// The messages of all failures, as one failure.
    fn from_iter<T: IntoIterator<Item = Self>>(failures: T) -> Self {
        Self::from_lines(failures.into_iter().flat_map(|failure| failure.lines).collect())
    }
}
