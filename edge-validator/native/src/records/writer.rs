//! The thread that writes and syncs the records of all workers.

use super::backlog::Backlog;
use super::format::{Header, LINE_OVERHEAD, write_line};
use super::queue::Entry;
use super::store::RecordStore;
use crate::clock;
use edgewrit_edge::issuer::pace::{LOG_SECONDS, Periodic};
use edgewrit_files::FileError;
use std::fs::File;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Bytes after which a segment is sealed.
const SEGMENT_BYTES: u64 = 8 * 1024 * 1024;
/// Most bytes of one write.
const WRITE_BYTES: usize = 256 * 1024;
/// Longest time for which a written record is not synced.
const SYNC_TIME: Duration = Duration::from_secs(1);
/// Pause after a failure.
const RETRY: Duration = Duration::from_secs(1);
/// Time after which a segment is sealed if all its records are delivered, so that its file can go.
const SEAL_TIME: Duration = Duration::from_secs(10);

/// The edge of a segment without records.
const NO_EDGE: u64 = 0;

/// Why records cannot be written.
#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error("the folder is full")]
    Full,
    #[error("{0}")]
    File(#[from] FileError),
    #[error("the segment was removed")]
    Gone,
    #[error("the segment cannot be written: {0}")]
    Write(io::Error),
    #[error("the segment cannot be synced: {0}")]
    Sync(io::Error),
}

/// The writer of one run of the proxy.
pub(super) struct Writer {
    store: Arc<RecordStore>,
    run: u64,
    next_name: u64,
    next_number: u64,
    active: Option<ActiveSegment>,
    /// Records that are taken from the queue and not written yet.
    held: Vec<Entry>,
    /// Requests whose records are written and not synced yet.
    waiters: Vec<oneshot::Sender<bool>>,
    /// The time of the first write since the last sync.
    unsynced_since: Option<Instant>,
    buffer: Vec<u8>,
    failure_lines: Periodic,
}

/// The segment to which the writer appends.
struct ActiveSegment {
    name: u64,
    file: File,
    edge: u64,
    bytes: u64,
    begun: Instant,
}

impl Writer {
    /// The writer of the run `run`, which makes files from the number `next_name` on.
    pub(super) const fn new(store: Arc<RecordStore>, run: u64, next_name: u64) -> Self {
        Self {
            store,
            run,
            next_name,
            next_number: 1,
            active: None,
            held: Vec::new(),
            waiters: Vec::new(),
            unsynced_since: None,
            buffer: Vec::new(),
            failure_lines: Periodic::every(LOG_SECONDS),
        }
    }

    /// Writes records until the queue ends.
    pub(super) fn run(mut self) {
        loop {
            let longest = self.longest_wait();
            if !self.store.queue.take(&mut self.held, longest) {
                break;
            }
            if !self.write_or_report() {
                self.store.queue.pause(RETRY);
            }
        }
        self.write_or_report();
        if let Err(error) = self.seal() {
            self.report_failure(&error);
        }
        self.store.count_lost(self.held.len() as u64);
        self.store.queue.release(&self.held);
    }

    /// The time after which the writer has work without a new record.
    fn longest_wait(&self) -> Duration {
        if self.store.is_failing() {
            return RETRY;
        }
        let since = self.unsynced_since;
        since.map_or(SEAL_TIME, |since| SYNC_TIME.saturating_sub(since.elapsed()))
    }

    fn write_or_report(&mut self) -> bool {
        match self.write() {
            Ok(()) => {
                if self.store.set_failing(false) {
                    tracing::info!("records are kept on disk again");
                }
                true
            }
            Err(error) => {
                self.report_failure(&error);
                self.refuse_waiters();
                false
            }
        }
    }

    /// Writes what is held, and syncs it if a request waits for that or the time has come.
    fn write(&mut self) -> Result<(), WriteError> {
        if self.store.is_failing() && self.held.is_empty() {
            // An empty segment shows whether the folder can be written again.
            self.begin_segment_for(NO_EDGE, 0)?;
            self.abandon();
        }
        // A new configuration can be of another edge, while requests of the old one still end.
        self.held.sort_by_key(|entry| entry.edge);
        while !self.held.is_empty() {
            self.write_some()?;
        }
        let is_due = self.unsynced_since.is_some_and(|since| since.elapsed() >= SYNC_TIME);
        if is_due || !self.waiters.is_empty() {
            self.sync()?;
        }
        let is_old = |active: &ActiveSegment| active.begun.elapsed() >= SEAL_TIME;
        if let Some(active) = self.active.as_ref().filter(|active| is_old(active))
            && self.store.with_backlog(|backlog| backlog.is_decided(active.name))
        {
            self.seal()?;
        }
        Ok(())
    }

    /// Writes the next records of those that are held, at most [`WRITE_BYTES`] or one record.
    fn write_some(&mut self) -> Result<(), WriteError> {
        let (mut bytes, mut count) = (0, 0);
        let Some(edge) = self.held.first().map(|entry| entry.edge) else {
            return Ok(());
        };
        for entry in self.held.iter().take_while(|entry| entry.edge == edge) {
            bytes += entry.line.len() + LINE_OVERHEAD;
            if count > 0 && bytes > WRITE_BYTES {
                break;
            }
            count += 1;
        }
        self.begin_segment_for(edge, bytes as u64)?;
        self.buffer.clear();
        for (number, entry) in (self.next_number..).zip(self.held.iter().take(count)) {
            write_line(&mut self.buffer, self.run, number, &entry.line);
        }
        // A number is never used again, because a part of a failed write may stay in the file.
        self.next_number += count as u64;
        let Some(active) = &mut self.active else { return Ok(()) };
        if let Err(error) = active.file.write_all(&self.buffer) {
            // A part that cannot be cut off is read only after a restart.
            let _stays = active.file.set_len(active.bytes);
            self.abandon();
            return Err(WriteError::Write(error));
        }
        self.unsynced_since.get_or_insert_with(clock::instant);
        self.count_written(count)
    }

    /// Counts the first `count` of the held records as written.
    fn count_written(&mut self, count: usize) -> Result<(), WriteError> {
        let mut written: Vec<_> = self.held.drain(..count).collect();
        self.waiters
            .extend(written.iter_mut().filter_map(|entry| entry.waiter.take()));
        let Some(active) = &mut self.active else { return Ok(()) };
        let (bytes, records) = (self.buffer.len() as u64, count as u64);
        active.bytes += bytes;
        let append = |backlog: &mut Backlog| backlog.append(active.name, bytes, records);
        let is_there = self.store.with_backlog(append);
        // Released last, so that no count of waiting records misses these.
        self.store.queue.release(&written);
        if !is_there {
            self.store.count_lost(records);
            self.abandon();
            return Err(WriteError::Gone);
        }
        Ok(())
    }

    /// Makes sure that there is a segment for `bytes` more bytes of `edge`.
    fn begin_segment_for(&mut self, edge: u64, bytes: u64) -> Result<(), WriteError> {
        let goes_on = |active: &ActiveSegment| active.edge == edge && active.bytes < SEGMENT_BYTES;
        if !self.active.as_ref().is_some_and(goes_on) {
            self.seal()?;
        }
        if !self.store.with_backlog(|backlog| backlog.has_room(bytes)) {
            return Err(WriteError::Full);
        }
        if self.active.is_none() {
            self.active = Some(self.begin_segment(edge)?);
        }
        Ok(())
    }

    fn begin_segment(&mut self, edge: u64) -> Result<ActiveSegment, FileError> {
        let name = self.next_name;
        self.next_name += 1;
        let header = Header {
            edge,
            run: self.run,
            first: self.next_number,
        };
        let (file, bytes) = self.store.folder.create(name, header)?;
        self.store.with_backlog(|backlog| backlog.begin(name, header, bytes));
        Ok(ActiveSegment {
            name,
            file,
            edge,
            bytes,
            begun: clock::instant(),
        })
    }

    /// Makes everything that is written durable, and tells the requests that wait for it.
    fn sync(&mut self) -> Result<(), WriteError> {
        let Some(active) = &self.active else { return Ok(()) };
        if self.unsynced_since.is_some()
            && let Err(error) = active.file.sync_data()
        {
            // The system may take the bytes for written now, and a second sync would succeed.
            self.abandon();
            return Err(WriteError::Sync(error));
        }
        self.unsynced_since = None;
        for waiter in self.waiters.drain(..) {
            let _gone = waiter.send(true);
        }
        Ok(())
    }

    /// Syncs the segment, and ends it.
    fn seal(&mut self) -> Result<(), WriteError> {
        self.sync()?;
        self.abandon();
        Ok(())
    }

    /// Ends the segment. The records that are written are delivered.
    fn abandon(&mut self) {
        self.unsynced_since = None;
        if let Some(active) = self.active.take() {
            self.store.with_backlog(|backlog| backlog.seal(active.name));
        }
    }

    /// Tells the requests that wait that their records are not kept, and drops the records that are
    /// not written: the edge refuses these requests, and records the refusals.
    fn refuse_waiters(&mut self) {
        let held = std::mem::take(&mut self.held);
        let (dropped, kept): (Vec<_>, Vec<_>) = held.into_iter().partition(|entry| entry.waiter.is_some());
        self.held = kept;
        self.store.queue.release(&dropped);
        let dropped = dropped.into_iter().filter_map(|entry| entry.waiter);
        for waiter in self.waiters.drain(..).chain(dropped) {
            let _gone = waiter.send(false);
        }
    }

    fn report_failure(&mut self, error: &WriteError) {
        self.store.set_failing(true);
        if self.failure_lines.begin(clock::now()) {
            tracing::error!(%error, "records cannot be kept on disk");
        }
    }
}

#[cfg(test)]
mod tests;
