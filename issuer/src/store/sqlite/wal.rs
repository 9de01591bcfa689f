//! Copies what was committed from the write-ahead log into the database, in a thread of its own:
//! done by the writer it would make one commit in some hundred take milliseconds.
//!
//! A database that could not be synced is not to be trusted any more: the system may have dropped
//! what was written, and SQLite would not write it again in this process. What is in the log is
//! whole, so nothing is copied from then on, the log is kept, and the process has to end: the next
//! one copies all of it.

use crate::files::{FileError, OwnFile};
use rusqlite::{Connection, ffi};
use std::fs::{File, OpenOptions};
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::watch;

/// Rest between two checkpoints: a page that many commits changed meanwhile is copied once.
const REST: Duration = Duration::from_millis(200);
/// Pages in the log from which on it is tried to start it over: 64 MB. A file that grows costs more
/// with each commit than one that is written anew.
const LOG_PAGES: i64 = 16_384;

/// The thread. It ends when the sender of its wake-ups is gone.
#[derive(Debug)]
pub(super) struct Checkpointer {
    thread: Option<JoinHandle<()>>,
    broken: watch::Receiver<bool>,
}

impl Checkpointer {
    /// Starts the thread, for the database whose log is at `log`. It is to be woken after every
    /// commit.
    pub(super) fn start(connection: Connection, log: OwnFile) -> io::Result<(Self, SyncSender<()>)> {
        let (wake, woken) = sync_channel(1);
        let (say_broken, broken) = watch::channel(false);
        let thread = thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || {
                if checkpoint_all(&connection, &mut WriteAheadLog::at(log), &woken) == DatabaseState::Unsynced {
                    say_broken.send_replace(true);
                }
            })?;
        let thread = Some(thread);
        Ok((Self { thread, broken }, wake))
    }

    /// Tells when the database could not be synced.
    pub(super) fn broken(&self) -> watch::Receiver<bool> {
        self.broken.clone()
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

/// The write-ahead log. SQLite syncs it too before it copies, but does not tell one failure from
/// the other.
struct WriteAheadLog {
    path: OwnFile,
    file: Option<File>,
}

impl WriteAheadLog {
    const fn at(path: OwnFile) -> Self {
        Self { path, file: None }
    }

    fn sync(&mut self) -> io::Result<()> {
        let file = match &self.file {
            Some(file) => file,
            None => self.file.insert(self.open()?),
        };
        file.sync_data()
    }

    fn open(&self) -> io::Result<File> {
        self.path
            .open(OpenOptions::new().read(true))
            .map_err(|error| match error {
                FileError::Io(_, error) => error,
                error => io::Error::other(error.to_string()),
            })
    }
}

/// Whether the database is to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DatabaseState {
    Whole,
    Unsynced,
}

fn checkpoint_all(connection: &Connection, log: &mut WriteAheadLog, woken: &Receiver<()>) -> DatabaseState {
    while woken.recv().is_ok() {
        // A log that cannot be synced is what commits fail by; nothing is copied from it, and
        // nothing is lost.
        if let Err(error) = log.sync() {
            tracing::warn!(%error, "the log could not be synced");
            thread::sleep(REST);
            continue;
        }
        let left = run_checkpoint(connection, "PASSIVE");
        let left = match left {
            Ok(pages) if pages > LOG_PAGES => run_checkpoint(connection, "RESTART"),
            left => left,
        };
        if left.is_err_and(|error| is_unsynced(&error)) {
            tracing::error!(
                "the database could not be synced: the issuer must be started again, and copies the log then"
            );
            return DatabaseState::Unsynced;
        }
        thread::sleep(REST);
    }
    // In order: the next start finds no log that it has to read first.
    if log.sync().is_ok() {
        let _next_start_reads_it = run_checkpoint(connection, "TRUNCATE");
    }
    DatabaseState::Whole
}

fn is_unsynced(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    code == Some(ffi::SQLITE_IOERR_FSYNC)
}

/// Pages in the log.
fn run_checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<i64> {
    // Without waiting: a reader that takes its time must not make writers wait for it.
    connection.busy_timeout(Duration::ZERO)?;
    let pages = connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get(1));
    if let Err(error) = &pages {
        tracing::warn!(%error, mode, "checkpoint failed");
    }
    pages
}
