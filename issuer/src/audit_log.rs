//! The audit's lines for shippers: to a file or to standard output, each as it is exported, after it is durable.

use crate::audit::{Head, Link};
use crate::bundle::Stopping;
use crate::store::{Store, audit};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// Events that are read at once.
const EVENTS: u64 = 1_000;
/// Longest line that is looked for at the end of a file, in bytes.
const LINE_BYTES: u64 = 1024 * 1024;
/// Rest after a line that could not be written.
const REST: Duration = Duration::from_secs(5);

/// Where lines go, and the last event that is there.
pub(crate) struct AuditLog {
    out: Box<dyn Write + Send>,
    from: u64,
}

impl AuditLog {
    /// A log in the file at `path`, which goes on where it ends; or on standard output, which begins with what happens next.
    pub(crate) fn open(path: &Path, store: &Store) -> io::Result<Self> {
        if path == Path::new("-") {
            return Ok(Self {
                out: Box::new(io::stdout()),
                from: store.reached().borrow().head.seq,
            });
        }
        let mut options = OpenOptions::new();
        let mut file = options.create(true).read(true).append(true).mode(0o600).open(path)?;
        let from = last_in(&mut file)?;
        Ok(Self {
            out: Box::new(file),
            from,
        })
    }

    /// Writes what happens until `stopping`, and what had happened by then.
    pub(crate) async fn follow(mut self, store: Arc<Store>, stopping: Stopping) {
        let mut reached = store.reached();
        loop {
            let caught_up = self.catch_up(&store).await;
            if let Err(error) = &caught_up {
                tracing::error!(%error, "audit log not written");
                tokio::select! {
                    () = sleep(REST) => continue,
                    () = stopping.clone().wait() => return,
                }
            }
            let from = self.from;
            let news = async {
                let _closed = reached.wait_for(|reached| reached.head.seq > from).await.map(drop);
            };
            tokio::select! {
                () = news => {}
                () = stopping.clone().wait() => {
                    let _last = self.catch_up(&store).await;
                    return;
                }
            }
        }
    }

    async fn catch_up(&mut self, store: &Store) -> io::Result<()> {
        loop {
            let from = self.from;
            let read = store.read(move |reading| {
                Ok((
                    audit::head_at(reading, from)?.unwrap_or_default(),
                    audit::after(reading, from, EVENTS)?,
                ))
            });
            let (before, links) = read.await.map_err(io::Error::other)?;
            if links.is_empty() {
                return self.out.flush();
            }
            self.write(before, &links)?;
        }
    }

    fn write(&mut self, mut before: Head, links: &[Link]) -> io::Result<()> {
        let mut text = String::new();
        for link in links {
            text.push_str(&link.exported(&before));
            text.push('\n');
            before = link.head;
        }
        self.out.write_all(text.as_bytes())?;
        self.from = before.seq;
        Ok(())
    }
}

/// Number of the last whole line of a log. A line that was cut off is closed, and its event written again.
fn last_in(file: &mut File) -> io::Result<u64> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(LINE_BYTES)))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    let text = String::from_utf8_lossy(&end);
    if !text.is_empty() && !text.ends_with('\n') {
        file.write_all(b"\n")?;
    }
    let last = text.lines().rev().find_map(Link::imported);
    Ok(last.map_or(0, |(_, link)| link.head.seq))
}
