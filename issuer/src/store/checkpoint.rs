//! Copies what was committed from the write-ahead log into the database, in a thread of its own: done by the writer it would
//! make one commit in some hundred take milliseconds.

use rusqlite::Connection;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Rest between two checkpoints.
const REST: Duration = Duration::from_millis(50);
/// Pages in the log from which on writers wait until it starts over: 64 MB.
const LOG_PAGES: i64 = 16_384;

/// The thread. It ends when the bell's holder is gone.
#[derive(Debug)]
pub(super) struct Checkpointer(Option<JoinHandle<()>>);

impl Checkpointer {
    /// Starts the thread. The bell is to be rung after every commit.
    pub(super) fn start(connection: Connection) -> io::Result<(Self, SyncSender<()>)> {
        let (bell, rung) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || checkpoint_all(&connection, &rung))?;
        Ok((Self(Some(thread)), bell))
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            let _panicked = thread.join();
        }
    }
}

fn checkpoint_all(connection: &Connection, rung: &Receiver<()>) {
    while rung.recv().is_ok() {
        let left = checkpoint(connection, "PASSIVE");
        if left.is_ok_and(|pages| pages > LOG_PAGES) {
            let _next_time = checkpoint(connection, "RESTART");
        }
        thread::sleep(REST);
    }
}

/// Pages in the log.
fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<i64> {
    let pages = connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get(1));
    if let Err(error) = &pages {
        tracing::warn!(%error, mode, "checkpoint failed");
    }
    pages
}
