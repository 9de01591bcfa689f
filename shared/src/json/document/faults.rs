//! Faults of a document. The number and bytes of kept faults are bounded, and the others are
//! counted, so that the cost of a refused document depends on its length alone.

use crate::json::text::shortened;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Most faults of one document that are kept.
pub const FAULTS: usize = 100;
/// Most bytes of the kept faults, where each character has its longest JSON escape.
pub const FAULT_BYTES: usize = 40 * 1024;
/// Longest place of one fault, in bytes.
const PLACE_BYTES: usize = 2 * 1024;
/// Longest message of one fault, in bytes.
const MESSAGE_BYTES: usize = 2 * 1024;
/// Bytes of the JSON around place and message of one fault.
const AROUND: usize = 32;

/// One fault of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place, as a JSON pointer (RFC 6901) with shortened names of more than 256 bytes. The
    /// place of the document itself is empty.
    pub place: String,
    /// The found and the expected value: lower case, no period, input in backticks.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.place.is_empty() { "/" } else { &self.place };
        write!(f, "{place}: {}", self.message)
    }
}

/// The faults of one document: the first [`FAULTS`] and [`FAULT_BYTES`] of them, unless the reader
/// sets other limits, and the number of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultList {
    kept: Vec<Fault>,
    /// The faults and bytes that can still be kept.
    room: (usize, usize),
    total: usize,
}

impl Default for FaultList {
    fn default() -> Self {
        Self::new()
    }
}

impl FaultList {
    /// An empty list.
    #[must_use]
    pub const fn new() -> Self {
        Self::up_to(FAULTS, FAULT_BYTES)
    }

    /// An empty list that keeps the first `count` faults and `bytes` bytes of them.
    #[must_use]
    pub const fn up_to(count: usize, bytes: usize) -> Self {
        Self {
            kept: Vec::new(),
            room: (count, bytes),
            total: 0,
        }
    }

    /// One fault at `place`, a JSON pointer (RFC 6901).
    #[must_use]
    pub fn one(place: &str, message: &str) -> Self {
        let mut faults = Self::new();
        faults.push(&place, message);
        faults
    }

    /// Adds a fault. `place` is spelled only if the fault is kept.
    pub fn push(&mut self, place: &dyn fmt::Display, message: &str) {
        self.total = self.total.saturating_add(1);
        // After the first omitted fault every other is omitted, so that the kept ones are the first
        // ones.
        if self.total > self.kept.len() + 1 || self.room.0 == 0 {
            return;
        }
        let place = shortened(&format!("{place}"), PLACE_BYTES).into_owned();
        let message = shortened(message, MESSAGE_BYTES).into_owned();
        let bytes = AROUND + json_bytes(&place) + json_bytes(&message);
        if let Some(rest) = self.room.1.checked_sub(bytes) {
            self.room = (self.room.0 - 1, rest);
            self.kept.push(Fault { place, message });
        }
    }

    /// Adds the faults of `other` after these.
    pub fn append(&mut self, other: &Self) {
        other
            .kept
            .iter()
            .for_each(|fault| self.push(&fault.place, &fault.message));
        self.total = self.total.saturating_add(other.omitted());
    }

    /// Whether there is no fault.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The kept faults, in the order in which they were found.
    #[must_use]
    pub fn kept(&self) -> &[Fault] {
        &self.kept
    }

    /// The number of all faults.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// The number of faults that are not kept.
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.total.saturating_sub(self.kept.len())
    }

    /// A line for each kept fault, and one line with the number of omitted faults.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let rest = Some(self.omitted()).filter(|omitted| *omitted > 0);
        let kept = self.kept.iter().map(|fault| format!("{fault}"));
        kept.chain(rest.map(more))
    }
}

/// The line with the number of omitted faults.
#[must_use]
pub fn more(omitted: usize) -> String {
    format!("and {omitted} more")
}

/// Length of `text` in a JSON string in which all but visible ASCII is escaped.
fn json_bytes(text: &str) -> usize {
    let length = |character: char| match character {
        '"' | '\\' => 2,
        ' '..='~' => 1,
        _ => 6 * character.len_utf16(),
    };
    text.chars().map(length).sum()
}
