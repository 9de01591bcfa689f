//! Lines on their way to an output whose reader may be slow, stopped or gone, such as a pipe. One
//! thread writes; the threads that print never wait for the reader.

#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Most bytes of lines that wait, line ends included. As many more are being written. The lines stand
/// one behind the other in one buffer, so this limit is also the limit of their number.
pub const PRINTER_BYTES: usize = 1024 * 1024;
/// Longest wait for the reader at the end of the process.
pub const FLUSH_TIME: Duration = Duration::from_secs(1);

/// A bounded queue of lines in memory, and the thread that writes them in their order.
#[derive(Debug, Default)]
pub struct LinePrinter {
    state: Mutex<PrinterState>,
    changed: Condvar,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct PrinterState {
    /// The lines that wait, each with its line feed.
    waiting: Vec<u8>,
    /// The number of the lines that wait.
    lines: u64,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// The lines wait for the start of the thread.
    #[default]
    New,
    /// The thread writes lines, or waits for them.
    Running,
    /// The thread writes what waits, and ends.
    Ending,
    /// No line is written any more.
    Over,
}

impl LinePrinter {
    /// Starts the thread, which writes to `output` what waits and what comes.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub fn start(self: &Arc<Self>, output: impl Write + Send + 'static) -> io::Result<()> {
        let printer = Arc::clone(self);
        let work = move || {
            printer.run(output);
            printer.state().phase = Phase::Over;
            printer.changed.notify_all();
        };
        // Before the thread, which may end at once.
        self.state().phase = Phase::Running;
        let spawned = thread::Builder::new().name("printer".into()).spawn(work);
        if spawned.is_err() {
            self.state().phase = Phase::Over;
        }
        spawned.map(drop)
    }

    /// Adds a line, which has no line feed, and does not wait for the reader. Returns false if the
    /// queue is full: the line is dropped and counted. Behind the end of the output a line is dropped
    /// silently.
    pub fn print(&self, line: &str) -> bool {
        let mut state = self.state();
        if matches!(state.phase, Phase::Ending | Phase::Over) {
            return true;
        }
        if state.waiting.len().saturating_add(line.len()) >= PRINTER_BYTES {
            drop(state);
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return false;
        }
        // A thread that writes looks for more lines before it waits.
        let must_wake = state.waiting.is_empty();
        state.waiting.extend_from_slice(line.as_bytes());
        state.waiting.push(b'\n');
        state.lines = state.lines.saturating_add(1);
        drop(state);
        if must_wake {
            self.changed.notify_all();
        }
        true
    }

    /// The number of lines that were dropped because the queue was full or a write failed.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Takes no more lines, and waits until those that wait are written, at most as long as `limit`.
    pub fn finish(&self, limit: Duration) {
        let mut state = self.state();
        state.phase = match state.phase {
            Phase::New | Phase::Over => Phase::Over,
            Phase::Running | Phase::Ending => Phase::Ending,
        };
        self.changed.notify_all();
        let is_ending = |state: &mut PrinterState| state.phase == Phase::Ending;
        let _late = self.changed.wait_timeout_while(state, limit, is_ending);
    }

    /// Writes lines until the printer ends, or the reader closes the output.
    fn run(&self, mut output: impl Write) {
        let mut lines = Vec::new();
        while let Some(count) = self.take(&mut lines) {
            let written = output.write_all(&lines).and_then(|()| output.flush());
            match written {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return,
                Err(_) => drop(self.dropped.fetch_add(count, Ordering::Relaxed)),
                Ok(()) => {}
            }
        }
    }

    /// Replaces `lines` by those that wait, after a wait for the first one. Returns their number;
    /// `None` at the end.
    fn take(&self, lines: &mut Vec<u8>) -> Option<u64> {
        lines.clear();
        let is_idle = |state: &mut PrinterState| state.waiting.is_empty() && state.phase == Phase::Running;
        let state = self.changed.wait_while(self.state(), is_idle);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        mem::swap(&mut state.waiting, lines);
        let count = mem::take(&mut state.lines);
        (!lines.is_empty()).then_some(count)
    }

    fn state(&self) -> MutexGuard<'_, PrinterState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
