//! Counters of the proxy. A worker counts in cells of its own, without a lock, and the reader of the
//! metrics adds the cells of all workers.

mod counted;
mod text;

pub(crate) use counted::CountedLabels;
pub(crate) use text::{Gauges, MEDIA_TYPE, write_metrics};

use edgewrit_connections::FaultCounts;
use edgewrit_edge::record::Record;
use edgewrit_shared::edge_api::RecordLabel;
use edgewrit_shared::reason::Reason;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The counters of the process.
#[derive(Debug, Default)]
pub(crate) struct ProxyMetrics {
    /// Bundles: `taken`, contradictions of audit heads, and the causes why others were not taken.
    pub(crate) bundles: CountedLabels,
    /// The configurations that were read.
    pub(crate) configurations: InputMetrics,
    /// The certificates that were read, if the listener has one.
    pub(crate) certificates: InputMetrics,
    /// The connections of clients that were ended for a fault.
    pub(crate) connection_faults: Arc<FaultCounts>,
    /// The cells of each worker.
    pub(crate) workers: Vec<Arc<WorkerMetrics>>,
}

impl ProxyMetrics {
    /// The counters of a process with so many workers.
    pub(crate) fn new(workers: usize) -> Self {
        Self {
            workers: (0..workers).map(|_| Arc::default()).collect(),
            ..Self::default()
        }
    }

    /// The sum of one cell over all workers.
    fn sum(&self, cell: impl Fn(&WorkerMetrics) -> &AtomicU64) -> u64 {
        self.workers.iter().map(|worker| read(cell(worker))).sum()
    }

    /// The number of requests whose exchange with the upstream is in progress.
    pub(crate) fn open_requests(&self) -> u64 {
        self.sum(|worker| &worker.open_requests)
    }
}

/// The counts of an input that is read again while the proxy runs.
#[derive(Debug, Default)]
pub(crate) struct InputMetrics {
    /// `taken` and `refused`.
    counts: CountedLabels,
    /// Whether the latest reading was refused, so that the proxy works by an older one.
    is_behind: AtomicBool,
}

impl InputMetrics {
    /// Counts a reading, which was taken or refused.
    pub(crate) fn count(&self, is_taken: bool) {
        self.counts.count(if is_taken { "taken" } else { "refused" });
        self.is_behind.store(!is_taken, Ordering::Relaxed);
    }

    /// Whether the latest reading was refused.
    pub(crate) fn is_behind(&self) -> bool {
        self.is_behind.load(Ordering::Relaxed)
    }
}

/// The cells of one worker. Only this worker writes them.
#[derive(Debug)]
pub(crate) struct WorkerMetrics {
    /// Verdicts, by the place of their label.
    verdicts: Vec<AtomicU64>,
    reflected: AtomicU64,
    cache_hits: AtomicU64,
    cache_misses: AtomicU64,
    held_bytes: AtomicU64,
    open_requests: AtomicU64,
}

impl Default for WorkerMetrics {
    fn default() -> Self {
        let cell = || AtomicU64::new(0);
        Self {
            verdicts: (0..=Reason::ALL.len()).map(|_| cell()).collect(),
            reflected: cell(),
            cache_hits: cell(),
            cache_misses: cell(),
            held_bytes: cell(),
            open_requests: cell(),
        }
    }
}

impl WorkerMetrics {
    /// Counts a verdict.
    pub(crate) fn count_verdict(&self, record: &Record) {
        if let Some(cell) = place_of(record.label()).and_then(|place| self.verdicts.get(place)) {
            add(cell, 1);
        }
        if record.is_reflection() {
            add(&self.reflected, 1);
        }
    }

    /// Counts lookups of writs: those that were verified before, and others.
    pub(crate) fn count_lookups(&self, hits: u64, misses: u64) {
        add(&self.cache_hits, hits);
        add(&self.cache_misses, misses);
    }

    /// Shows the bytes of bodies that wait for their verdict.
    pub(crate) fn show_held_bytes(&self, bytes: usize) {
        self.held_bytes.store(bytes as u64, Ordering::Relaxed);
    }

    /// Shows the number of requests in progress.
    pub(crate) fn show_open_requests(&self, number: usize) {
        self.open_requests.store(number as u64, Ordering::Relaxed);
    }
}

/// The place of a label among the cells. The other labels are of no verdict.
const fn place_of(label: RecordLabel) -> Option<usize> {
    match label {
        RecordLabel::Permit => Some(0),
        RecordLabel::Reason(reason) => Some(reason as usize + 1),
        RecordLabel::AuditHead(_) | RecordLabel::Other => None,
    }
}

/// The label of each place.
fn labels() -> impl Iterator<Item = RecordLabel> {
    let reasons = Reason::ALL.iter().copied().map(RecordLabel::Reason);
    [RecordLabel::Permit].into_iter().chain(reasons)
}

/// Adds to a cell that one thread alone writes, so that no thread waits for another.
fn add(cell: &AtomicU64, by: u64) {
    cell.store(read(cell).wrapping_add(by), Ordering::Relaxed);
}

fn read(cell: &AtomicU64) -> u64 {
    cell.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests;
