//! The bytes of a segment: a header, and one line for each record.
//!
//! ```text
//! edgewrit-records 1 <edge> <run> <first>
//! <checksum> <number> <record>
//! ```
//!
//! A line has its own checksum and number. So a line that a crash left unfinished is recognised,
//! wherever it is, and the lines around it keep their numbers.

use crc32fast::Hasher;
use edgewrit_edge::issuer::records::{BATCH_BYTES, Batch};
use edgewrit_shared::hex::is_lower_hex_digit;
use std::str::from_utf8;

/// Longest record, in bytes. A batch has room for two of them.
pub(super) const RECORD_BYTES: usize = BATCH_BYTES / 2;
/// Bytes of a line beside its record: checksum, number, two spaces and the end.
pub(super) const LINE_OVERHEAD: usize = 8 + 20 + 3;
/// Longest line, in bytes.
pub(super) const LINE_BYTES: usize = RECORD_BYTES + LINE_OVERHEAD;
/// Longest header, in bytes.
pub(super) const HEADER_BYTES: usize = 128;
/// The name and the version of the format.
const FORMAT: &str = "edgewrit-records 1";

/// The header of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// The edge whose records these are, `Config::identity`.
    pub(super) edge: u64,
    /// The run of the proxy that numbered the records.
    pub(super) run: u64,
    /// The number that the first record of the segment has, if the segment has a record.
    pub(super) first: u64,
}

impl Header {
    /// The first line of the segment.
    pub(super) fn to_line(self) -> String {
        let Self { edge, run, first } = self;
        format!("{FORMAT} {edge:016x} {run:016x} {first}\n")
    }

    /// Reads the header at the beginning of a segment. Returns the header and its length in bytes;
    /// `None` if there is no header of this version.
    pub(super) fn read(bytes: &[u8]) -> Option<(Self, u64)> {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let line = from_utf8(bytes.get(..end)?).ok()?;
        let mut fields = line.strip_prefix(FORMAT)?.strip_prefix(' ')?.split(' ');
        let header = Self {
            edge: read_hex(fields.next()?)?,
            run: read_hex(fields.next()?)?,
            first: read_decimal(fields.next()?)?,
        };
        fields.next().is_none().then_some((header, end as u64 + 1))
    }
}

/// Appends the line of a record of `run` to `bytes`.
pub(super) fn write_line(bytes: &mut Vec<u8>, run: u64, number: u64, record: &str) {
    let number = format!("{number} ");
    let sum = checksum(run, &[number.as_bytes(), record.as_bytes()]);
    bytes.extend_from_slice(format!("{sum:08x} {number}").as_bytes());
    bytes.extend_from_slice(record.as_bytes());
    bytes.push(b'\n');
}

/// The number and the record in a line of `run`, without its end; `None` if the line is damaged.
fn read_line(line: &[u8], run: u64) -> Option<(u64, &str)> {
    let (sum, numbered) = from_utf8(line).ok()?.split_once(' ')?;
    let sum = u32::try_from(read_hex_of(sum, 8)?).ok()?;
    if sum != checksum(run, &[numbered.as_bytes()]) {
        return None;
    }
    let (number, record) = numbered.split_once(' ')?;
    Some((read_decimal(number)?, record))
}

/// The checksum covers the run, so that a line of another segment is damaged too.
fn checksum(run: u64, parts: &[&[u8]]) -> u32 {
    let mut hasher = Hasher::new();
    hasher.update(&run.to_le_bytes());
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize()
}

/// Reads a number of 64 bits in hexadecimal digits.
pub(super) fn read_hex(text: &str) -> Option<u64> {
    read_hex_of(text, 16)
}

fn read_hex_of(text: &str, digits: usize) -> Option<u64> {
    let is_hex = text.len() == digits && text.bytes().all(is_lower_hex_digit);
    is_hex.then(|| u64::from_str_radix(text, 16).ok())?
}

/// Reads a number without a sign or a leading zero.
pub(super) fn read_decimal(text: &str) -> Option<u64> {
    let is_canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    is_canonical.then(|| text.parse().ok())?
}

/// The next batch of a segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SegmentBatch {
    /// The records. The batch is empty if none of the bytes is a record.
    pub(super) batch: Batch,
    /// The bytes of the segment that are decided once the batch is delivered.
    pub(super) bytes: u64,
    /// The damaged lines among these bytes.
    pub(super) damaged: u64,
}

/// Takes the next batch of a segment of `run` from `chunk`. If `is_last`, the segment ends with
/// `chunk`. A batch has consecutive numbers, so it ends before a gap.
pub(super) fn take_batch(chunk: &[u8], run: u64, is_last: bool) -> SegmentBatch {
    let (mut batch, mut next) = (Batch::new(1, BATCH_BYTES), 1);
    let (mut bytes, mut damaged) = (0, 0);
    let mut lines = chunk.split_inclusive(|byte| *byte == b'\n');
    for line in lines.by_ref() {
        let Some((text, b'\n')) = line.split_last().map(|(last, text)| (text, *last)) else {
            // The end of the chunk is no end of a line, unless the line is too long to be one.
            let is_too_long = line.len() > LINE_BYTES;
            if is_last || is_too_long {
                bytes += line.len();
                damaged += u64::from(is_too_long);
            }
            break;
        };
        match read_line(text, run) {
            None => damaged += 1,
            Some((number, record)) => {
                if batch.count() == 0 {
                    batch = Batch::new(number, BATCH_BYTES);
                    next = number;
                }
                if number != next || !batch.add(record, 1) {
                    break;
                }
                next = next.saturating_add(1);
            }
        }
        bytes += line.len();
    }
    SegmentBatch {
        batch,
        bytes: bytes as u64,
        damaged,
    }
}

/// The highest number in the `tail` of a segment of `run`.
pub(super) fn last_number(tail: &[u8], run: u64) -> Option<u64> {
    let lines = tail.split(|byte| *byte == b'\n');
    lines
        .filter_map(|line| read_line(line, run))
        .map(|(number, _)| number)
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: u64 = 7;

    fn lines(numbers: impl IntoIterator<Item = u64>) -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in numbers {
            write_line(&mut bytes, RUN, number, &format!("{{\"n\":{number}}}"));
        }
        bytes
    }

    fn batch(numbers: std::ops::RangeInclusive<u64>) -> Batch {
        let mut batch = Batch::new(*numbers.start(), BATCH_BYTES);
        for number in numbers {
            assert!(batch.add(&format!("{{\"n\":{number}}}"), 1));
        }
        batch
    }

    #[test]
    fn a_header_is_read_as_it_was_written() {
        let header = Header {
            edge: u64::MAX,
            run: 1,
            first: 42,
        };
        let line = header.to_line();
        assert_eq!(line, "edgewrit-records 1 ffffffffffffffff 0000000000000001 42\n");
        assert_eq!(Header::read(line.as_bytes()), Some((header, line.len() as u64)));
        assert!(line.len() < HEADER_BYTES);
        for length in 0..line.len() {
            assert_eq!(Header::read(&line.as_bytes()[..length]), None, "{length}");
        }
        for wrong in [
            "edgewrit-records 2 ffffffffffffffff 0000000000000001 42\n",
            "edgewrit-records 1 ffffffffffffffff 0000000000000001 042\n",
            "edgewrit-records 1 ffffffffffffffff 0000000000000001 +42\n",
            "edgewrit-records 1 fffffffffffffff 0000000000000001 42\n",
            "edgewrit-records 1 ffffffffffffffff 0000000000000001 42 x\n",
            "edgewrit-records 1  ffffffffffffffff 0000000000000001 42\n",
            "\0\0\0\0\n",
            "\n",
        ] {
            assert_eq!(Header::read(wrong.as_bytes()), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_segment_that_ends_at_any_byte_has_every_whole_line() {
        let whole = lines(1..=3);
        let line = whole.len() / 3;
        for length in 0..=whole.len() {
            let taken = take_batch(&whole[..length], RUN, true);
            let count = (length / line) as u64;
            assert_eq!((taken.batch.count(), taken.damaged), (count, 0), "{length}");
            assert_eq!(taken.bytes, length as u64);
        }
    }

    #[test]
    fn the_end_of_a_chunk_that_is_not_the_last_is_read_again() {
        let whole = lines(1..=3);
        let line = whole.len() / 3;
        for length in line..whole.len() {
            let taken = take_batch(&whole[..length], RUN, false);
            assert_eq!(taken.bytes, (length / line * line) as u64);
        }
    }

    #[test]
    fn any_changed_byte_damages_its_line_and_no_other() {
        let whole = lines(1..=3);
        let line = whole.len() / 3;
        for at in line..2 * line - 1 {
            for wrong in [0, b'\xff', whole[at] ^ 1] {
                let mut bytes = whole.clone();
                bytes[at] = wrong;
                let first = take_batch(&bytes, RUN, true);
                assert_eq!((first.batch, first.damaged), (batch(1..=1), 1), "{at} {wrong}");
                let rest = take_batch(&bytes[usize::try_from(first.bytes).unwrap()..], RUN, true);
                assert_eq!((rest.batch, rest.damaged), (batch(3..=3), 0), "{at} {wrong}");
            }
        }
    }

    #[test]
    fn a_hole_takes_only_the_lines_that_it_covers() {
        let mut bytes = lines(1..=1);
        bytes.extend([0; 100]);
        bytes.extend(lines(5..=6));
        bytes.extend(lines(7..=8));
        let first = take_batch(&bytes, RUN, true);
        // The hole has no end of a line, so the line behind the hole is damaged with it.
        assert_eq!((first.batch, first.damaged), (batch(1..=1), 1));
        let rest = take_batch(&bytes[usize::try_from(first.bytes).unwrap()..], RUN, true);
        assert_eq!((rest.batch, rest.damaged), (batch(6..=8), 0));
    }

    #[test]
    fn a_line_of_another_run_is_damaged() {
        assert_eq!(take_batch(&lines(1..=3), RUN + 1, true).damaged, 3);
    }

    #[test]
    fn a_batch_ends_before_a_gap_and_at_its_limit() {
        let bytes = lines([1, 2, 4]);
        let taken = take_batch(&bytes, RUN, true);
        assert_eq!((taken.batch, taken.bytes), (batch(1..=2), lines(1..=2).len() as u64));
        let taken = take_batch(&lines(1..=2_000), RUN, true);
        assert_eq!(
            (taken.batch.count(), taken.bytes),
            (1_000, lines(1..=1_000).len() as u64)
        );
    }

    #[test]
    fn bytes_without_an_end_of_a_line_are_passed_by_in_bounded_pieces() {
        let garbage = vec![b'x'; LINE_BYTES + 1];
        assert_eq!(take_batch(&garbage, RUN, false).bytes, garbage.len() as u64);
        assert_eq!(take_batch(&garbage[1..], RUN, false).bytes, 0);
        assert_eq!(take_batch(&garbage[1..], RUN, true).bytes, LINE_BYTES as u64);
    }

    #[test]
    fn the_tail_of_a_segment_has_its_highest_number() {
        let bytes = lines(9..=12);
        assert_eq!(last_number(&bytes, RUN), Some(12));
        assert_eq!(last_number(&bytes[5..bytes.len() - 1], RUN), Some(12));
        assert_eq!(last_number(&bytes[5..bytes.len() - 2], RUN), Some(11));
        assert_eq!(last_number(b"", RUN), None);
    }
}
