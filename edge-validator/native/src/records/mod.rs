//! The records of the edge: lines in the log, and on their way to the issuer.

use std::io::Write as _;

/// Where the records go.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records;

impl Records {
    /// Prints the line of a record.
    pub(crate) fn print(&self, line: &str) {
        let mut output = std::io::stdout().lock();
        // A reader of the output that has gone is no reason to refuse requests.
        let _ = writeln!(output, "{line}");
    }

    /// Keeps the line of a record for its delivery to the issuer.
    pub(crate) fn keep(&self, _line: String) {}

    /// Keeps the line of a record durably. Returns whether it is kept.
    pub(crate) async fn keep_durably(&self, _line: String) -> bool {
        false
    }
}
