//! The segments of the folder: their room, what is delivered next, and when a segment can go.

use super::format::Header;
use std::collections::VecDeque;

/// Most bytes of the folder. Later records are lost until the issuer has taken earlier ones.
pub(super) const FOLDER_BYTES: u64 = 512 * 1024 * 1024;
/// Most segments in the folder. Each start of the proxy begins a segment.
pub(super) const SEGMENTS: usize = 4_096;

/// A segment of the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// The number in the name of the file.
    pub(super) name: u64,
    pub(super) header: Header,
    /// The bytes that are written.
    pub(super) bytes: u64,
    /// The bytes that are decided: delivered, lost, or no records.
    pub(super) decided: u64,
    /// The records that wait in the segment. After a restart the number is an estimate.
    pub(super) waiting: u64,
    /// Whether nothing is written to the segment any more.
    pub(super) is_sealed: bool,
    /// Whether a line of the segment is damaged.
    pub(super) is_damaged: bool,
}

/// The part of a segment that is delivered next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: u64,
    pub(super) run: u64,
    /// The bytes that the part begins and ends at.
    pub(super) from: u64,
    pub(super) to: u64,
}

/// All segments, the oldest first, and the bytes of files that are set aside.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    segments: VecDeque<Segment>,
    set_aside: u64,
}

impl Backlog {
    /// The segments that an earlier run has left.
    pub(super) fn new(segments: Vec<Segment>, set_aside: u64) -> Self {
        Self {
            segments: segments.into(),
            set_aside,
        }
    }

    /// Whether the folder has room for `more` bytes.
    pub(super) fn has_room(&self, more: u64) -> bool {
        let bytes = self.segments.iter().map(|segment| segment.bytes);
        let bytes = bytes.fold(self.set_aside.saturating_add(more), u64::saturating_add);
        bytes <= FOLDER_BYTES && self.segments.len() < SEGMENTS
    }

    /// The records that wait in segments.
    pub(super) fn waiting(&self) -> u64 {
        self.segments.iter().map(|segment| segment.waiting).sum()
    }

    /// The records that wait for another edge than `edge`, so that this proxy does not deliver
    /// them.
    pub(super) fn waiting_for_others(&self, edge: u64) -> u64 {
        let others = self.segments.iter().filter(|segment| segment.header.edge != edge);
        others.map(|segment| segment.waiting).sum()
    }

    /// Adds a segment, which begins with its header of so many bytes.
    pub(super) fn begin(&mut self, name: u64, header: Header, bytes: u64) {
        self.segments.push_back(Segment {
            name,
            header,
            bytes,
            decided: bytes,
            waiting: 0,
            is_sealed: false,
            is_damaged: false,
        });
    }

    /// Counts bytes and records that were appended to a segment. Returns false if the segment is
    /// gone.
    pub(super) fn append(&mut self, name: u64, bytes: u64, records: u64) -> bool {
        self.change(name, |segment| {
            segment.bytes += bytes;
            segment.waiting += records;
        })
    }

    /// Notes that nothing is appended to a segment any more.
    pub(super) fn seal(&mut self, name: u64) {
        self.change(name, |segment| segment.is_sealed = true);
    }

    /// Whether every record of a segment is decided.
    pub(super) fn is_decided(&self, name: u64) -> bool {
        self.segments
            .iter()
            .all(|segment| segment.name != name || segment.decided == segment.bytes)
    }

    /// The next part to deliver for `edge`.
    pub(super) fn next_part(&self, edge: u64) -> Option<Part> {
        let waits = |segment: &&Segment| segment.header.edge == edge && segment.decided < segment.bytes;
        let segment = self.segments.iter().find(waits)?;
        Some(Part {
            name: segment.name,
            run: segment.header.run,
            from: segment.decided,
            to: segment.bytes,
        })
    }

    /// Notes that `bytes` more bytes of a segment are decided, with `records` records, and whether
    /// a line among them is damaged.
    pub(super) fn decide(&mut self, name: u64, bytes: u64, records: u64, is_damaged: bool) {
        self.change(name, |segment| {
            segment.decided = segment.decided.saturating_add(bytes).min(segment.bytes);
            segment.waiting = match segment.is_sealed && segment.decided == segment.bytes {
                true => 0,
                false => segment.waiting.saturating_sub(records),
            };
            segment.is_damaged |= is_damaged;
        });
    }

    /// A sealed segment whose records are all decided, so that its file can go.
    pub(super) fn next_done(&self) -> Option<Segment> {
        let is_done = |segment: &&Segment| segment.is_sealed && segment.decided == segment.bytes;
        self.segments.iter().find(is_done).copied()
    }

    /// Removes a segment. Returns whether it was the last one of its run.
    pub(super) fn remove(&mut self, name: u64, is_set_aside: bool) -> bool {
        let Some(place) = self.segments.iter().position(|segment| segment.name == name) else {
            return false;
        };
        let Some(removed) = self.segments.remove(place) else {
            return false;
        };
        if is_set_aside {
            self.set_aside = self.set_aside.saturating_add(removed.bytes);
        }
        !self.has_run(removed.header.run)
    }

    /// Whether a segment of this run is there.
    pub(super) fn has_run(&self, run: u64) -> bool {
        self.segments.iter().any(|segment| segment.header.run == run)
    }

    /// Forgets a segment whose file is gone. Returns the number of records that waited in it.
    pub(super) fn forget(&mut self, name: u64) -> u64 {
        let found = self.segments.iter().find(|segment| segment.name == name);
        let waiting = found.map_or(0, |segment| segment.waiting);
        self.remove(name, false);
        waiting
    }

    /// Changes a segment. Returns false if the segment is gone.
    fn change(&mut self, name: u64, change: impl FnOnce(&mut Segment)) -> bool {
        // Most changes are to the newest segment.
        let found = self.segments.iter_mut().rev().find(|segment| segment.name == name);
        found.map(change).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDGE: u64 = 1;

    fn header(edge: u64, run: u64) -> Header {
        Header { edge, run, first: 1 }
    }

    fn backlog() -> Backlog {
        let mut backlog = Backlog::default();
        for (name, edge, run) in [(1, EDGE, 10), (2, EDGE + 1, 20), (3, EDGE, 10)] {
            backlog.begin(name, header(edge, run), 50);
            assert!(backlog.append(name, 100, 4));
        }
        backlog
    }

    fn part(name: u64, from: u64, to: u64) -> Option<Part> {
        Some(Part {
            name,
            run: 10,
            from,
            to,
        })
    }

    #[test]
    fn the_oldest_record_of_the_edge_is_next() {
        let mut backlog = backlog();
        assert_eq!(backlog.next_part(EDGE), part(1, 50, 150));
        backlog.decide(1, 40, 2, false);
        assert_eq!(backlog.next_part(EDGE), part(1, 90, 150));
        backlog.decide(1, 60, 2, false);
        assert_eq!(backlog.next_part(EDGE), part(3, 50, 150));
        backlog.decide(3, 100, 4, false);
        assert_eq!(backlog.next_part(EDGE), None);
        assert_eq!((backlog.waiting(), backlog.waiting_for_others(EDGE)), (4, 4));
        assert!(backlog.append(3, 10, 1) && !backlog.append(4, 10, 1));
        assert_eq!(backlog.next_part(EDGE), part(3, 150, 160));
    }

    #[test]
    fn a_segment_is_done_once_it_is_sealed_and_decided() {
        let mut backlog = backlog();
        backlog.seal(1);
        assert_eq!(backlog.next_done(), None);
        backlog.decide(1, 100, 3, true);
        let done = backlog.next_done().unwrap();
        assert_eq!((done.name, done.waiting, done.is_damaged), (1, 0, true));
        assert!(!backlog.remove(1, false), "segment 3 is of the same run");
        backlog.decide(3, 100, 4, false);
        assert_eq!(backlog.next_done(), None);
        backlog.seal(3);
        assert!(backlog.next_done().is_some() && backlog.remove(3, false));
        assert!(!backlog.remove(3, false));
        assert_eq!(backlog.next_done(), None);
    }

    #[test]
    fn a_full_folder_has_room_again_once_a_segment_is_gone() {
        let mut backlog = backlog();
        assert!(backlog.has_room(FOLDER_BYTES - 450) && !backlog.has_room(FOLDER_BYTES - 449));
        backlog.remove(1, false);
        assert!(backlog.has_room(FOLDER_BYTES - 300));
        backlog.remove(2, true);
        assert!(
            !backlog.has_room(FOLDER_BYTES - 299),
            "a file that is set aside takes room"
        );
    }

    #[test]
    fn the_number_of_segments_is_bounded() {
        let mut backlog = Backlog::default();
        for name in 0..SEGMENTS as u64 {
            assert!(backlog.has_room(0));
            backlog.begin(name, header(EDGE, name), 0);
        }
        assert!(!backlog.has_room(0));
    }
}
