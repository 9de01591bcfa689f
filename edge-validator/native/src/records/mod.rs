//! The records of the edge: lines in the log, and on their way to the issuer.

use std::io::Write as _;

/// The numbers of records on their way to the issuer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RecordCounts {
    /// Records that are not delivered yet.
    pub(crate) waiting: u64,
    /// Records that the issuer has.
    pub(crate) delivered: u64,
    /// Records that the issuer will not get.
    pub(crate) lost: u64,
}

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

    /// The numbers of records.
    pub(crate) fn counts(&self) -> RecordCounts {
        RecordCounts::default()
    }

    /// Whether a record can be kept durably.
    pub(crate) fn has_room(&self) -> bool {
        false
    }

    /// Keeps the line of a record durably. Returns whether it is kept.
    pub(crate) async fn keep_durably(&self, _line: String) -> bool {
        false
    }
}
