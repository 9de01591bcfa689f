//! The records of the edge: lines in the log, and on their way to the issuer, on disk through a
//! restart.
//!
//! The flow: workers put lines into a bounded [`queue`]; one [`writer`] appends them to segments of
//! the [`folder`] and syncs them; one [`delivery`] reads the segments, sends batches to the issuer,
//! and removes a segment once the issuer has all of it. [`mod@format`] has the bytes of a segment,
//! [`backlog`] what is where. No worker waits for the disk, except for a record that a request
//! needs first (`audit: strict`).

mod backlog;
mod delivery;
mod folder;
mod format;
mod queue;
mod store;
mod writer;

pub(crate) use store::RecordCounts;

use crate::clock;
use crate::issuer_client::IssuerClient;
use crate::printer::{FLUSH_TIME, LinePrinter};
use delivery::Delivery;
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::pace::{LOG_SECONDS, Periodic};
use edgewrit_files::FileError;
use folder::{FoundRecords, RecordFolder};
use format::RECORD_BYTES;
use queue::Entry;
use rustls::ClientConfig;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use store::RecordStore;
use tokio::runtime;
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;
use writer::Writer;

/// Longest time for which a request waits until its record is durable.
const KEEP_TIME: Duration = Duration::from_secs(5);

/// Why the proxy cannot keep records.
#[derive(Debug, thiserror::Error)]
pub enum RecordsError {
    /// The folder or a file in it.
    #[error("{0}{advice}", advice = advise(.0))]
    Folder(#[from] FileError),
    /// A thread or its runtime.
    #[error("a thread cannot be started: {0}")]
    Thread(io::Error),
    /// The source of randomness.
    #[error("the system gives no randomness: {0}")]
    Random(getrandom::Error),
}

/// How the operator can end a fault of the folder, if the fault does not say so itself.
const fn advise(fault: &FileError) -> &'static str {
    match fault {
        FileError::Locked(_) => ", expected a folder that no other proxy uses",
        _ => "",
    }
}

/// The records of the proxy, for its workers.
#[derive(Clone, Debug)]
pub(crate) struct Records {
    store: Arc<RecordStore>,
    printer: Arc<LinePrinter>,
    /// The lines of the log about lines that were dropped.
    drop_reports: Arc<Mutex<Periodic>>,
}

impl Records {
    fn new(store: RecordStore) -> Self {
        Self {
            store: Arc::new(store),
            printer: Arc::default(),
            drop_reports: Arc::new(Mutex::new(Periodic::every(LOG_SECONDS))),
        }
    }

    /// Prints the line of a record. A reader of the output that has stopped or gone is no reason to
    /// refuse requests: the lines that it does not take are dropped, and counted.
    pub(crate) fn print(&self, line: &str) {
        if self.printer.print(line) {
            return;
        }
        let mut reports = self.drop_reports.lock().unwrap_or_else(PoisonError::into_inner);
        if reports.begin(clock::now()) {
            let dropped = self.printer.dropped();
            tracing::warn!(dropped, "standard output is not read, and lines of records are dropped");
        }
    }

    /// Starts to print to `output` the lines so far and those that come.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub(crate) fn start_printing(&self, output: impl Write + Send + 'static) -> io::Result<()> {
        self.printer.start(output)
    }

    /// Prints the rest of the lines, in bounded time.
    pub(crate) fn finish_printing(&self) {
        self.printer.finish(FLUSH_TIME);
    }

    /// The number of lines that were not printed.
    pub(crate) fn dropped_lines(&self) -> u64 {
        self.printer.dropped()
    }

    /// Keeps the line of a record of the edge of `config`, for its delivery to the issuer. The
    /// record is durable within a second or so. Without room the record is lost, and the loss is
    /// counted.
    pub(crate) fn keep(&self, config: &Config, line: String) {
        if !self.push(config, line, None) {
            self.store.count_lost(1);
        }
    }

    /// Keeps the line of a record of the edge of `config` durably. Returns whether it is kept.
    pub(crate) async fn keep_durably(&self, config: &Config, line: String) -> bool {
        let (waiter, kept) = oneshot::channel();
        self.has_room()
            && self.push(config, line, Some(waiter))
            && matches!(timeout(KEEP_TIME, kept).await, Ok(Ok(true)))
    }

    fn push(&self, config: &Config, line: String, waiter: Option<oneshot::Sender<bool>>) -> bool {
        let edge = config.identity();
        line.len() <= RECORD_BYTES && self.store.queue.push(Entry { edge, line, waiter })
    }

    /// Whether a record that is kept now can be written.
    pub(crate) fn has_room(&self) -> bool {
        self.store.has_room()
    }

    /// The numbers for the metrics.
    pub(crate) fn counts(&self) -> RecordCounts {
        self.store.counts()
    }
}

/// The threads that write and deliver records.
#[derive(Debug)]
pub(crate) struct RecordThreads {
    records: Records,
    /// The ends of the threads.
    writer: oneshot::Receiver<()>,
    delivery: oneshot::Receiver<()>,
    stop: watch::Sender<bool>,
}

impl RecordThreads {
    /// Opens the folder at `path`, and starts the threads. Records are delivered for the edge of
    /// `current_config`.
    ///
    /// # Errors
    /// [`RecordsError`] if the folder cannot be used, or a thread cannot be started.
    pub(crate) fn start(
        path: &Path,
        current_config: impl Fn() -> Arc<Config> + Send + 'static,
        tls: ClientConfig,
    ) -> Result<Self, RecordsError> {
        let folder = RecordFolder::open(path)?;
        let found = folder.recover()?;
        report_found(&found, current_config().identity());
        let run = getrandom::u64().map_err(RecordsError::Random)?;
        let records = Records::new(RecordStore::new(folder, found.backlog));
        let store = &records.store;
        let (stop, stopping) = watch::channel(false);
        let writer = Writer::new(Arc::clone(store), run, found.next_name);
        let delivery = Delivery::new(Arc::clone(store), IssuerClient::new(tls), current_config, run);
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(RecordsError::Thread)?;
        Ok(Self {
            records,
            writer: spawn("records-writer", || writer.run())?,
            delivery: spawn("records-delivery", move || runtime.block_on(delivery.run(stopping)))?,
            stop,
        })
    }

    /// The records, for the workers.
    pub(crate) const fn records(&self) -> &Records {
        &self.records
    }

    /// Writes and syncs everything that is kept, in bounded time. Later records are lost.
    pub(crate) async fn write_rest(&mut self) {
        self.records.store.queue.end();
        let _late = timeout(KEEP_TIME, &mut self.writer).await;
    }

    /// Delivers for some seconds. Records that are not delivered stay for the next start.
    pub(crate) async fn deliver_rest(self) {
        self.stop.send_replace(true);
        let _ended = self.delivery.await;
        let RecordCounts { waiting, lost, .. } = self.records.counts();
        if waiting + lost > 0 {
            tracing::warn!(waiting, lost, "records wait on disk or are lost");
        }
    }
}

/// Starts a thread. Returns its end.
fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<oneshot::Receiver<()>, RecordsError> {
    let (end, ended) = oneshot::channel();
    let work = move || {
        work();
        let _gone = end.send(());
    };
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(work);
    spawned.map_err(RecordsError::Thread)?;
    Ok(ended)
}

/// Logs what an earlier run has left that needs the eye of the operator.
fn report_found(found: &FoundRecords, edge: u64) {
    let (waiting, others) = (found.backlog.waiting(), found.backlog.waiting_for_others(edge));
    if waiting > 0 {
        tracing::info!(records = waiting, "records of an earlier run wait");
    }
    if others > 0 {
        tracing::warn!(
            records = others,
            "records of another edge wait, and this edge does not deliver them"
        );
    }
    if found.set_aside > 0 {
        tracing::warn!(
            files = found.set_aside,
            "damaged files are set aside in the folder of the records"
        );
    }
}

#[cfg(test)]
mod tests;
