//! The way of records from the workers to the writer: a bounded queue in memory.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Most bytes of records in memory. Later records are lost until the writer has written earlier
/// ones.
pub(super) const QUEUE_BYTES: usize = 8 * 1024 * 1024;
/// The bytes in memory from which the writer does not wait for more records.
const URGENT_BYTES: usize = QUEUE_BYTES / 8;
/// The memory of a record beside its text, in bytes.
const ENTRY_BYTES: usize = size_of::<Entry>();
/// Time for which the writer lets records wait for others, so that it wakes rarely.
const COLLECT: Duration = Duration::from_millis(20);

/// A record on its way to the disk.
#[derive(Debug)]
pub(super) struct Entry {
    /// The edge whose record this is, `Config::identity`.
    pub(super) edge: u64,
    pub(super) line: String,
    /// The request that waits until the record is durable.
    pub(super) waiter: Option<oneshot::Sender<bool>>,
}

impl Entry {
    fn bytes(&self) -> usize {
        self.line.len() + ENTRY_BYTES
    }
}

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<QueueState>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct QueueState {
    entries: Vec<Entry>,
    /// The bytes of all entries that the writer has not written yet, those that it holds included.
    bytes: usize,
    /// The records that the writer has not written yet.
    records: u64,
    /// Whether the writer must not wait for more records.
    is_urgent: bool,
    is_ended: bool,
}

impl Queue {
    /// Adds a record. Returns false if the queue has no room.
    pub(super) fn push(&self, entry: Entry) -> bool {
        let mut state = self.state();
        if state.is_ended || state.bytes + entry.bytes() > QUEUE_BYTES {
            return false;
        }
        state.bytes += entry.bytes();
        state.records += 1;
        let is_urgent = entry.waiter.is_some() || state.bytes > URGENT_BYTES;
        let must_wake = state.entries.is_empty() || (is_urgent && !state.is_urgent);
        state.is_urgent |= is_urgent;
        state.entries.push(entry);
        drop(state);
        if must_wake {
            self.wake.notify_one();
        }
        true
    }

    /// Moves all records to the end of `held`, after a wait of at most `longest` for the first one.
    /// Returns false if the queue has ended.
    pub(super) fn take(&self, held: &mut Vec<Entry>, longest: Duration) -> bool {
        let is_idle = |state: &mut QueueState| state.entries.is_empty() && !state.is_ended;
        let mut state = self.wait(self.state(), longest, is_idle);
        if !state.entries.is_empty() {
            state = self.wait(state, COLLECT, |state| !state.is_urgent && !state.is_ended);
        }
        state.is_urgent = false;
        held.append(&mut state.entries);
        !state.is_ended
    }

    /// Waits for `time`, or until the queue ends. Records stay in the queue.
    pub(super) fn pause(&self, time: Duration) {
        drop(self.wait(self.state(), time, |state| !state.is_ended));
    }

    /// Frees the room of records that the writer has written or dropped.
    pub(super) fn release(&self, entries: &[Entry]) {
        let bytes: usize = entries.iter().map(Entry::bytes).sum();
        let mut state = self.state();
        state.bytes = state.bytes.saturating_sub(bytes);
        state.records = state.records.saturating_sub(entries.len() as u64);
    }

    /// The records that are not written yet.
    pub(super) fn waiting(&self) -> u64 {
        self.state().records
    }

    /// Ends the queue: the writer takes what is in it, and the queue takes nothing more.
    pub(super) fn end(&self) {
        self.state().is_ended = true;
        self.wake.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(
        &self,
        state: MutexGuard<'a, QueueState>,
        longest: Duration,
        goes_on: impl FnMut(&mut QueueState) -> bool,
    ) -> MutexGuard<'a, QueueState> {
        let waited = self.wake.wait_timeout_while(state, longest, goes_on);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn entry(length: usize) -> Entry {
        Entry {
            edge: 1,
            line: "x".repeat(length),
            waiter: None,
        }
    }

    #[test]
    fn records_leave_in_their_order_and_free_their_room_when_released() {
        let (queue, mut held) = (Queue::default(), Vec::new());
        for length in 1..=3 {
            assert!(queue.push(entry(length)));
        }
        assert!(queue.take(&mut held, LONG));
        assert_eq!(held.iter().map(|entry| entry.line.len()).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(queue.waiting(), 3);
        queue.release(&held);
        assert_eq!((queue.waiting(), queue.state().bytes), (0, 0));
    }

    #[test]
    fn the_bytes_in_memory_are_bounded_also_while_the_writer_holds_them() {
        let (queue, mut held) = (Queue::default(), Vec::new());
        let mut count = 0;
        while queue.push(entry(1_000)) {
            count += 1;
        }
        assert_eq!(count, QUEUE_BYTES / (1_000 + ENTRY_BYTES));
        assert!(queue.take(&mut held, LONG) && !queue.push(entry(1_000)));
        queue.release(&held[..1]);
        assert!(queue.push(entry(1_000)) && !queue.push(entry(1_000)));
    }

    #[test]
    fn a_record_that_a_request_waits_for_is_taken_at_once() {
        let (queue, mut held) = (Queue::default(), Vec::new());
        queue.push(Entry {
            waiter: Some(oneshot::channel().0),
            ..entry(1)
        });
        // A second wait would be for ever, because no other record comes.
        assert!(queue.take(&mut held, LONG) && held.len() == 1);
    }

    #[test]
    fn the_end_wakes_the_writer_and_refuses_records() {
        let (queue, mut held) = (Queue::default(), Vec::new());
        std::thread::scope(|scope| {
            scope.spawn(|| queue.end());
            while queue.take(&mut held, LONG) {}
        });
        assert!(!queue.push(entry(1)));
    }
}
