//! What is wrong in a document. The faults that are kept are bounded in number and in bytes, and the others are counted: what it costs to
//! reject a document depends on its length alone.

use crate::text::shortened;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Faults of one document that are kept.
pub const FAULTS: usize = 100;
/// Bytes of all faults that are kept, each character taken as JSON spells it at its longest.
pub const FAULT_BYTES: usize = 40 * 1024;
/// Longest place of one fault, in bytes.
const PLACE_BYTES: usize = 2 * 1024;
/// Longest message of one fault, in bytes.
const MESSAGE_BYTES: usize = 2 * 1024;
/// Bytes of the JSON around the place and the message of one fault.
const AROUND: usize = 32;

/// One thing wrong in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON pointer (RFC 6901); empty for the document itself. Names of more than 256 bytes are shortened in it.
    pub place: String,
    /// What is wrong and what was expected: lower case, no period, input in backticks.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.place.is_empty() { "/" } else { &self.place };
        write!(f, "{place}: {}", self.message)
    }
}

/// The faults of one document: the first of them, [`FAULTS`] and [`FAULT_BYTES`] unless the reader says otherwise, and how many there are in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultList {
    kept: Vec<Fault>,
    /// Faults and bytes that are still kept.
    room: (usize, usize),
    total: usize,
}

impl Default for FaultList {
    fn default() -> Self {
        Self::new()
    }
}

impl FaultList {
    /// No fault yet.
    #[must_use]
    pub const fn new() -> Self {
        Self::up_to(FAULTS, FAULT_BYTES)
    }

    /// No fault yet; of those that come, `count` and `bytes` bytes of them are kept.
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
        // After the first fault that is left out no other is kept: the kept ones are the first ones.
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

    /// Adds the faults of `other` behind these.
    pub fn append(&mut self, other: &Self) {
        other
            .kept
            .iter()
            .for_each(|fault| self.push(&fault.place, &fault.message));
        self.total = self.total.saturating_add(other.omitted());
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The faults that are kept, in the order in which they were found.
    #[must_use]
    pub fn kept(&self) -> &[Fault] {
        &self.kept
    }

    /// How many faults there are, those that are not kept included.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// How many faults are not kept.
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.total.saturating_sub(self.kept.len())
    }

    /// A line for each fault that is kept, and one that says how many more there are.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let rest = Some(self.omitted()).filter(|omitted| *omitted > 0);
        let kept = self.kept.iter().map(|fault| format!("{fault}"));
        kept.chain(rest.map(more))
    }
}

/// Says how many more there are than those that were shown.
#[must_use]
pub fn more(omitted: usize) -> String {
    format!("and {omitted} more")
}

/// Length of `text` within a JSON string, if all but visible ASCII is escaped there.
fn json_bytes(text: &str) -> usize {
    let length = |character: char| match character {
        '"' | '\\' => 2,
        ' '..='~' => 1,
        _ => 6 * character.len_utf16(),
    };
    text.chars().map(length).sum()
}
