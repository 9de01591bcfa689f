//! The slots of a ring. A slot has a few records and a line of numbers: the number of the slot, the
//! number of its first record, and the number of its records.

use std::fmt::Write as _;

/// Number of slots of a ring.
pub(super) const SLOTS: u64 = 8_192;
/// Most records of one slot. The whole text of a slot is written with each record.
const SLOT_RECORDS: u64 = 8;
/// Length of a slot in bytes after which it takes no further record.
const SLOT_BYTES: usize = 8 * 1024;

/// The end of a ring, to which its owner writes.
#[derive(Clone, Debug)]
pub(super) struct SlotWriter {
    /// The slot for the next record.
    tail: u64,
    /// The number of records in that slot.
    filled: u64,
    /// The text of that slot: the records, then the line of numbers.
    text: String,
    /// Length of `text` without the line of numbers.
    lines: usize,
    /// The number of the next record.
    next: u64,
}

/// Records of one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) first: u64,
    pub(super) count: u64,
    pub(super) lines: String,
}

/// A record that was added to the text of a slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct StagedRecord {
    lines: usize,
}

impl SlotWriter {
    /// A writer that begins with the slot `tail` and the record 1.
    pub(super) const fn new(tail: u64) -> Self {
        Self {
            tail,
            filled: 0,
            text: String::new(),
            lines: 0,
            next: 1,
        }
    }

    /// The slot for the next record.
    pub(super) const fn tail(&self) -> u64 {
        self.tail
    }

    /// Adds a record to the text of the slot, for a ring whose first slot is `head`; `None` if the
    /// ring is full. [`Self::commit`] follows once the text is stored.
    pub(super) fn stage(&mut self, line: &str, head: u64) -> Option<StagedRecord> {
        if self.filled >= SLOT_RECORDS || self.lines > SLOT_BYTES {
            self.close();
        }
        if self.tail.saturating_sub(head) >= SLOTS {
            return None;
        }
        // Only the new part is written, because this runs for every request.
        self.text.truncate(self.lines);
        if self.filled > 0 {
            self.text.push(',');
        }
        self.text.push_str(line);
        let lines = self.text.len();
        let (first, count) = (self.next - self.filled, self.filled + 1);
        let _ = write!(self.text, "\n{} {first} {count}", self.tail);
        Some(StagedRecord { lines })
    }

    /// The text of the slot with the staged record.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Keeps the staged record, whose slot is stored.
    pub(super) const fn commit(&mut self, staged: StagedRecord) {
        self.lines = staged.lines;
        self.filled += 1;
        self.next += 1;
    }

    /// Begins the next slot, if the slot has records.
    pub(super) const fn close(&mut self) {
        if self.filled > 0 {
            self.tail += 1;
            self.filled = 0;
            self.lines = 0;
        }
    }

    /// Skips the slot of another owner. Returns false if a ring whose first slot is `head` has no
    /// further slot.
    pub(super) const fn skip(&mut self, head: u64) -> bool {
        let has_next = self.tail.saturating_sub(head) < SLOTS;
        if has_next {
            self.tail += 1;
        }
        has_next
    }

    /// Whether a ring whose first slot is `head` has room for more than a few records.
    pub(super) const fn has_room(&self, head: u64) -> bool {
        self.tail.saturating_sub(head) + 1 < SLOTS
    }

    /// Whether a ring whose first slot is `head` has no record.
    pub(super) const fn is_empty(&self, head: u64) -> bool {
        head == self.tail && self.filled == 0
    }
}

impl Slot {
    /// Reads the text of a slot; `None` if it is not the text of the slot `slot`, but of an earlier
    /// round.
    pub(super) fn read(text: &str, slot: u64) -> Option<Self> {
        let (lines, numbers) = text.rsplit_once('\n')?;
        let mut numbers = numbers.split(' ').map(str::parse::<u64>);
        let mut number = || numbers.next()?.ok();
        let (own, first, count) = (number()?, number()?, number()?);
        (own == slot).then(|| Self {
            first,
            count,
            lines: lines.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds a record whose slot is stored.
    fn add(writer: &mut SlotWriter, line: &str, head: u64) -> Option<Slot> {
        let staged = writer.stage(line, head)?;
        let slot = Slot::read(writer.text(), writer.tail());
        writer.commit(staged);
        slot
    }

    fn slot(first: u64, count: u64, lines: &str) -> Slot {
        Slot {
            first,
            count,
            lines: lines.to_owned(),
        }
    }

    #[test]
    fn records_have_consecutive_numbers_over_slots() {
        let mut writer = SlotWriter::new(5);
        assert_eq!(add(&mut writer, "{1}", 5), Some(slot(1, 1, "{1}")));
        assert_eq!(add(&mut writer, "{2}", 5), Some(slot(1, 2, "{1},{2}")));
        writer.close();
        assert_eq!(writer.tail(), 6);
        assert_eq!(add(&mut writer, "{3}", 5), Some(slot(3, 1, "{3}")));
    }

    #[test]
    fn a_slot_has_eight_records() {
        let mut writer = SlotWriter::new(0);
        for _ in 0..SLOT_RECORDS {
            assert!(add(&mut writer, "{}", 0).is_some());
            assert_eq!(writer.tail(), 0);
        }
        assert_eq!(add(&mut writer, "{}", 0), Some(slot(9, 1, "{}")));
        assert_eq!(writer.tail(), 1);
    }

    #[test]
    fn a_long_slot_takes_no_further_record() {
        let mut writer = SlotWriter::new(0);
        let long = "x".repeat(SLOT_BYTES + 1);
        assert!(add(&mut writer, &long, 0).is_some());
        assert_eq!(add(&mut writer, "{}", 0), Some(slot(2, 1, "{}")));
        assert_eq!(writer.tail(), 1);
    }

    #[test]
    fn a_record_whose_slot_was_not_stored_leaves_nothing() {
        let mut writer = SlotWriter::new(0);
        assert!(writer.stage("{lost}", 0).is_some());
        assert_eq!(add(&mut writer, "{1}", 0), Some(slot(1, 1, "{1}")));
        assert!(writer.stage("{lost}", 0).is_some());
        assert_eq!(add(&mut writer, "{2}", 0), Some(slot(1, 2, "{1},{2}")));
    }

    #[test]
    fn a_full_ring_takes_no_record_until_its_head_moves() {
        let head = 3;
        let mut writer = SlotWriter::new(head + SLOTS - 1);
        assert!(!writer.has_room(head) && writer.has_room(head + 1));
        assert!(add(&mut writer, "{}", head).is_some());
        writer.close();
        assert!(add(&mut writer, "{}", head).is_none());
        assert!(add(&mut writer, "{}", head + 1).is_some());
    }

    #[test]
    fn an_empty_slot_is_not_closed() {
        let mut writer = SlotWriter::new(4);
        writer.close();
        assert!(writer.tail() == 4 && writer.is_empty(4));
        assert!(add(&mut writer, "{}", 4).is_some());
        assert!(!writer.is_empty(4));
        writer.close();
        assert!(!writer.is_empty(4) && writer.is_empty(5));
    }

    #[test]
    fn the_search_for_the_end_stops_after_one_round() {
        let mut writer = SlotWriter::new(7);
        assert_eq!((0..).take_while(|_| writer.skip(7)).count() as u64, SLOTS);
        assert_eq!(writer.tail(), 7 + SLOTS);
    }

    #[test]
    fn the_text_of_another_round_is_not_read() {
        assert_eq!(Slot::read("{}\n8195 20 1", 3), None);
        assert_eq!(Slot::read("{}\n3 20 1", 3), Some(slot(20, 1, "{}")));
        for text in ["", "{}", "{}\n3", "{}\n3 20", "{}\n3 x 1"] {
            assert_eq!(Slot::read(text, 3), None, "{text:?}");
        }
    }
}
