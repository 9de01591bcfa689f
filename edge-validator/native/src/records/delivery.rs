//! Delivery of the records on disk to the issuer: one batch at a time, the oldest first.

use super::backlog::Part;
use super::folder::RecordFolder;
use super::format::{LINE_BYTES, SegmentBatch, take_batch};
use super::store::RecordStore;
use crate::clock;
use crate::issuer_client::IssuerClient;
use crate::issuer_client::call;
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::pace::delivery::{COLLECT_MS, DeliveryPace};
use edgewrit_edge::issuer::pace::{LOG_SECONDS, Periodic};
use edgewrit_edge::issuer::records::{self, BATCH_BYTES, DeliveryOutcome};
use edgewrit_files::FileError;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// Time between two looks for records.
const LOOK: Duration = Duration::from_millis(COLLECT_MS as u64);
/// Longest delivery after the last request.
const DRAIN_TIME: Duration = Duration::from_secs(5);
/// The bytes that are read for one batch: one more line than fits, so that each chunk has a whole
/// line.
const CHUNK_BYTES: u64 = (BATCH_BYTES + LINE_BYTES) as u64;

/// The outcome of one step of the delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// More records may be due at once.
    Made,
    /// No record waits.
    Idle,
    /// The step must be repeated after a pause.
    Failed,
}

/// The delivery of all segments.
pub(super) struct Delivery<C> {
    store: Arc<RecordStore>,
    client: IssuerClient,
    current_config: C,
    /// The run of this process.
    run: u64,
    /// The boot ids of runs.
    boots: BTreeMap<u64, String>,
    pace: DeliveryPace,
    failure_lines: Periodic,
}

impl<C: Fn() -> Arc<Config>> Delivery<C> {
    pub(super) const fn new(store: Arc<RecordStore>, client: IssuerClient, current_config: C, run: u64) -> Self {
        Self {
            store,
            client,
            current_config,
            run,
            boots: BTreeMap::new(),
            pace: DeliveryPace::with_timer(),
            failure_lines: Periodic::every(LOG_SECONDS),
        }
    }

    /// Delivers until `stopping`, then what is left, for some seconds or until the issuer fails.
    pub(super) async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        while !*stopping.borrow() {
            if !self.pace.is_due(clock::now()) || self.deliver_next().await != Progress::Made {
                let _looks_again = timeout(LOOK, stopping.wait_for(|stopping| *stopping)).await;
            }
        }
        let _late = timeout(DRAIN_TIME, self.drain()).await;
    }

    async fn drain(&mut self) {
        while self.deliver_next().await == Progress::Made {}
    }

    /// Delivers the next batch, or asks for the boot id that it needs.
    async fn deliver_next(&mut self) -> Progress {
        self.remove_done();
        let config = (self.current_config)();
        let next = self.store.with_backlog(|backlog| backlog.next_part(config.identity()));
        let Some(part) = next else { return Progress::Idle };
        let taken = match self.read_batch(part) {
            Ok(taken) => taken,
            Err(error) => return self.pass_unreadable(part, &error),
        };
        if taken.damaged > 0 {
            tracing::error!(
                file = RecordFolder::file_name(part.name),
                lines = taken.damaged,
                "lines of a segment of records are damaged"
            );
        }
        if taken.batch.count() == 0 {
            self.decide(part, &taken);
            return Progress::Made;
        }
        match self.boot_id(part.run) {
            Some(boot_id) => self.send(&config, part, &taken, &boot_id).await,
            None => self.ask_for_boot(&config, part.run).await,
        }
    }

    async fn send(&mut self, config: &Config, part: Part, taken: &SegmentBatch, boot_id: &str) -> Progress {
        let delivery = records::delivery_call(config, taken.batch.body(boot_id));
        let answer = call(&self.client, config, &delivery).await;
        match records::read_outcome(answer.as_answer()) {
            DeliveryOutcome::Recorded => {
                self.pace.record_decision();
                self.store.count_delivered(taken.batch.count());
                self.decide(part, taken);
                Progress::Made
            }
            DeliveryOutcome::Refused(status) => {
                tracing::error!(
                    status,
                    records = taken.batch.count(),
                    "the issuer refuses records, which are lost"
                );
                self.pace.record_decision();
                self.store.count_lost(taken.batch.count());
                self.decide(part, taken);
                Progress::Made
            }
            DeliveryOutcome::UnknownBoot => {
                self.boots.remove(&part.run);
                let removed = self.store.folder.remove_boot_id(part.run);
                self.report(removed);
                self.back_off()
            }
            DeliveryOutcome::Later => self.back_off(),
        }
    }

    async fn ask_for_boot(&mut self, config: &Config, run: u64) -> Progress {
        let answer = call(&self.client, config, &records::boot_call(config)).await;
        let Some(boot_id) = records::boot_id(answer.as_answer()) else {
            return self.back_off();
        };
        // On a full disk a delivery is the way to more room, so the delivery goes on without the
        // file. If the process then ends, the issuer finds the records of a second delivery by the
        // ids of their requests.
        let kept = self.store.folder.keep_boot_id(run, &boot_id);
        self.report(kept);
        self.boots.insert(run, boot_id);
        self.pace.end();
        Progress::Made
    }

    fn back_off(&mut self) -> Progress {
        self.pace.record_failure(clock::now());
        Progress::Failed
    }

    /// The boot id of a run: the one in memory, or else the one on disk.
    fn boot_id(&mut self, run: u64) -> Option<String> {
        if let Some(boot_id) = self.boots.get(&run) {
            return Some(boot_id.clone());
        }
        let found = self.store.folder.boot_id(run);
        let boot_id = self.report(found).flatten()?;
        self.boots.insert(run, boot_id.clone());
        Some(boot_id)
    }

    fn read_batch(&self, part: Part) -> Result<SegmentBatch, FileError> {
        let to = part.to.min(part.from.saturating_add(CHUNK_BYTES));
        let chunk = self.store.folder.read(part.name, part.from, to)?;
        if (chunk.len() as u64) < to - part.from {
            let path = RecordFolder::file_name(part.name).into();
            return Err(FileError::Io(path, io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(take_batch(&chunk, part.run, to == part.to))
    }

    /// Passes a segment by that cannot be read: its records are lost if the file is gone.
    fn pass_unreadable(&mut self, part: Part, error: &FileError) -> Progress {
        let is_gone = |kind| matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof);
        if !matches!(error, FileError::Io(_, error) if is_gone(error.kind())) {
            self.report_failure(error);
            return self.back_off();
        }
        let lost = self.store.with_backlog(|backlog| backlog.forget(part.name));
        tracing::error!(%error, records = lost, "a segment of records was removed or cut, so its records are lost");
        self.store.count_lost(lost);
        Progress::Made
    }

    fn decide(&self, part: Part, taken: &SegmentBatch) {
        let (bytes, records) = (taken.bytes, taken.batch.count());
        self.store.count_lost(taken.damaged);
        self.store
            .with_backlog(|backlog| backlog.decide(part.name, bytes, records, taken.damaged > 0));
    }

    /// Removes the segments that are delivered. A segment that cannot be removed is tried again.
    fn remove_done(&mut self) {
        while let Some(done) = self.store.with_backlog(|backlog| backlog.next_done()) {
            let removed = match done.is_damaged {
                true => self.store.folder.set_aside(done.name),
                false => self.store.folder.remove(done.name),
            };
            if self.report(removed).is_none() {
                return;
            }
            let run = done.header.run;
            let is_last = self
                .store
                .with_backlog(|backlog| backlog.remove(done.name, done.is_damaged));
            if is_last && run != self.run {
                self.boots.remove(&run);
                let removed = self.store.folder.remove_boot_id(run);
                self.report(removed);
            }
        }
    }

    fn report<T>(&mut self, done: Result<T, FileError>) -> Option<T> {
        done.inspect_err(|error| self.report_failure(error)).ok()
    }

    fn report_failure(&mut self, error: &FileError) {
        if self.failure_lines.begin(clock::now()) {
            tracing::error!(%error, "the folder of the records has a fault");
        }
    }
}
