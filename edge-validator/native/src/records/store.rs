//! The state that workers, writer and delivery share.

use super::backlog::Backlog;
use super::folder::RecordFolder;
use super::queue::{QUEUE_BYTES, Queue};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The records of the proxy, as its metrics show them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RecordCounts {
    /// The records that wait for their delivery.
    pub(crate) waiting: u64,
    /// The records that were lost since the start.
    pub(crate) lost: u64,
    /// The records that the issuer has taken since the start.
    pub(crate) delivered: u64,
}

/// Records on their way to the issuer.
#[derive(Debug)]
pub(super) struct RecordStore {
    pub(super) folder: RecordFolder,
    pub(super) queue: Queue,
    backlog: Mutex<Backlog>,
    /// Whether the last attempt to write has failed.
    is_failing: AtomicBool,
    /// Whether a record that is kept now can be written.
    has_room: AtomicBool,
    lost: AtomicU64,
    delivered: AtomicU64,
}

impl RecordStore {
    pub(super) fn new(folder: RecordFolder, backlog: Backlog) -> Self {
        let has_room = has_room(&backlog);
        Self {
            folder,
            queue: Queue::default(),
            backlog: Mutex::new(backlog),
            is_failing: AtomicBool::new(false),
            has_room: AtomicBool::new(has_room),
            lost: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
        }
    }

    /// Whether a record that is kept now can be written.
    pub(super) fn has_room(&self) -> bool {
        self.has_room.load(Ordering::Relaxed)
    }

    pub(super) fn count_lost(&self, records: u64) {
        self.lost.fetch_add(records, Ordering::Relaxed);
    }

    pub(super) fn count_delivered(&self, records: u64) {
        self.delivered.fetch_add(records, Ordering::Relaxed);
    }

    pub(super) fn counts(&self) -> RecordCounts {
        RecordCounts {
            waiting: self.queue.waiting() + self.with_backlog(|backlog| backlog.waiting()),
            lost: self.lost.load(Ordering::Relaxed),
            delivered: self.delivered.load(Ordering::Relaxed),
        }
    }

    /// Whether the last attempt to write has failed.
    pub(super) fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }

    /// Notes whether the last attempt to write has failed. Returns whether that was different
    /// before.
    pub(super) fn set_failing(&self, is_failing: bool) -> bool {
        let was_failing = self.is_failing.swap(is_failing, Ordering::Relaxed);
        if was_failing != is_failing {
            self.with_backlog(|_| ());
        }
        was_failing != is_failing
    }

    /// Reads or changes the backlog, with no input or output meanwhile.
    pub(super) fn with_backlog<T>(&self, act: impl FnOnce(&mut Backlog) -> T) -> T {
        let mut backlog = self.backlog.lock().unwrap_or_else(PoisonError::into_inner);
        let done = act(&mut backlog);
        let has_room = !self.is_failing() && has_room(&backlog);
        self.has_room.store(has_room, Ordering::Relaxed);
        done
    }
}

/// Whether the folder has room for everything that the queue can hold.
fn has_room(backlog: &Backlog) -> bool {
    backlog.has_room(QUEUE_BYTES as u64)
}
