//! The audit's lines for shippers: to a file or to standard output, each as it is exported, after
//! it is durable.

use crate::audit::{ChainHead, Link};
use crate::base::stopping::Stopping;
use crate::files::{FileError, GroupRead, OwnFile, check_log_directory};
use crate::store::rows::audit::EventsBehind;
use crate::store::{EventsAfter, Store};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// Events that are read at once.
const EVENTS: u64 = 1_000;
/// Longest line that is looked for at the end of a file, in bytes.
const LINE_BYTES: u64 = 1024 * 1024;
/// Rest after a line that could not be written.
const REST: Duration = Duration::from_secs(5);

/// The log, and the last event that is in it.
pub(crate) struct AuditLog {
    out: Arc<LogSink>,
    from: u64,
}

/// The file or stream of the lines.
enum LogSink {
    File(File),
    Stdout,
}

impl LogSink {
    /// Writes whole lines, or nothing: what a full disk cut off would make the next line
    /// unreadable.
    fn write(&self, text: &str) -> io::Result<()> {
        match self {
            Self::Stdout => io::stdout().lock().write_all(text.as_bytes()),
            Self::File(file) => {
                let (mut end, length) = (file, file.metadata()?.len());
                let written = end.write_all(text.as_bytes());
                if written.is_err() {
                    file.set_len(length)?;
                }
                written
            }
        }
    }
}

impl AuditLog {
    /// A log in the file at `path`, which goes on where it ends; or on standard output, which
    /// begins with what happens next.
    pub(crate) fn open(path: &Path, group: GroupRead, store: &dyn Store) -> Result<Self, FileError> {
        if path == Path::new("-") {
            return Ok(Self {
                out: Arc::new(LogSink::Stdout),
                from: store.history_ends().borrow().head.seq,
            });
        }
        check_log_directory(path)?;
        let log = OwnFile::new(path.to_owned(), group);
        let mut file = log.open(OpenOptions::new().create(true).read(true).append(true))?;
        let last = find_last_head(&mut file).map_err(|error| FileError::Io(path.to_owned(), error))?;
        let from = last.seq;
        Ok(Self {
            out: Arc::new(LogSink::File(file)),
            from,
        })
    }

    /// Writes what happens until `stopping`, and what had happened by then.
    pub(crate) async fn follow(mut self, store: Arc<dyn Store>, stopping: Stopping) {
        let mut ends = store.history_ends();
        loop {
            let caught_up = self.catch_up(&*store).await;
            if let Err(error) = &caught_up {
                tracing::error!(%error, "audit log not written");
                tokio::select! {
                    () = sleep(REST) => continue,
                    () = stopping.clone().wait() => return,
                }
            }
            let from = self.from;
            let news = async {
                let _closed = ends.wait_for(|ends| ends.head.seq > from).await.map(drop);
            };
            tokio::select! {
                () = news => {}
                () = stopping.clone().wait() => {
                    let _last = self.catch_up(&*store).await;
                    return;
                }
            }
        }
    }

    async fn catch_up(&mut self, store: &dyn Store) -> io::Result<()> {
        loop {
            let after = EventsAfter {
                from: self.from,
                most: EVENTS,
            };
            let read = store.events_after(after).await;
            let EventsBehind { before, links } = read.map_err(io::Error::other)?;
            let Some(last) = links.last().map(|link| link.head.seq) else {
                return Ok(());
            };
            // The reader of the log may stop: then only this task waits.
            let out = Arc::clone(&self.out);
            let written = spawn_blocking(move || out.write(&export_lines(before, &links))).await;
            written.map_err(io::Error::other)??;
            self.from = last;
        }
    }
}

fn export_lines(mut before: ChainHead, links: &[Link]) -> String {
    let mut text = String::new();
    for link in links {
        text.push_str(&link.exported(&before));
        text.push('\n');
        before = link.head;
    }
    text
}

/// The event of the last line of a log. A line that was cut off is removed, and its event written
/// again.
pub(crate) fn find_last_head(file: &mut File) -> io::Result<ChainHead> {
    let length = file.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(LINE_BYTES);
    file.seek(SeekFrom::Start(start))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    let whole = end.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    file.set_len(start + whole as u64)?;
    let text = String::from_utf8_lossy(end.get(..whole).unwrap_or_default());
    let last = text.lines().rev().find_map(Link::imported);
    Ok(last.map_or_else(ChainHead::default, |(_, link)| link.head))
}
