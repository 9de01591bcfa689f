//! The lines that a program prints.

use crate::clock::Deadline;
use std::io::{BufRead as _, BufReader, Read};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The time without a new line after which a log is complete.
const QUIET: Duration = Duration::from_millis(500);

/// Lines of standard output and standard error, in the order in which they came.
#[derive(Debug, Default)]
pub struct OutputLog {
    lines: Mutex<Vec<String>>,
    grown: Condvar,
}

impl OutputLog {
    /// The result of `pick` for the newest line that it takes. The call waits up to `wait` for a
    /// line.
    pub fn find<T>(&self, wait: Duration, pick: impl Fn(&str) -> Option<T>) -> Option<T> {
        let deadline = Deadline::after(wait);
        let mut lines = self.lock();
        let mut seen = 0;
        loop {
            let unseen = lines.get(seen..).unwrap_or_default();
            if let Some(found) = unseen.iter().rev().find_map(|line| pick(line)) {
                return Some(found);
            }
            seen = lines.len();
            if deadline.passed() {
                return None;
            }
            let waited = self.grown.wait_timeout(lines, deadline.left());
            lines = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The lines that `keep` keeps, as soon as there are `count` of them. The call waits up to
    /// `wait` for them, because a host answers a request before its line arrives here.
    pub fn at_least(&self, count: usize, wait: Duration, keep: impl Fn(&str) -> bool) -> Vec<String> {
        let deadline = Deadline::after(wait);
        let mut lines = self.lock();
        loop {
            let kept: Vec<_> = lines.iter().filter(|line| keep(line)).cloned().collect();
            if kept.len() >= count || deadline.passed() {
                return kept;
            }
            let waited = self.grown.wait_timeout(lines, deadline.left());
            lines = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The lines that `keep` keeps, once no line has arrived for [`QUIET`]. A test that says which
    /// lines do not exist asks here, since a line may still be on its way.
    pub fn once_quiet(&self, keep: impl Fn(&str) -> bool) -> Vec<String> {
        let mut lines = self.lock();
        loop {
            let count = lines.len();
            let waited = self
                .grown
                .wait_timeout_while(lines, QUIET, |lines| lines.len() == count);
            let (grown, silence) = waited.unwrap_or_else(PoisonError::into_inner);
            lines = grown;
            if silence.timed_out() {
                return lines.iter().filter(|line| keep(line)).cloned().collect();
            }
        }
    }

    /// The last `count` lines, indented, without those about single requests: there can be many,
    /// and the reason stands before.
    #[must_use]
    pub fn tail(&self, count: usize) -> String {
        let lines = self.at_least(0, Duration::ZERO, |line| !line.contains(r#""edgewrit":"#));
        let from = lines.len().saturating_sub(count);
        let last = lines.get(from..).unwrap_or_default();
        last.iter().map(|line| format!("    {line}\n")).collect()
    }

    pub(super) fn read_from(&self, stream: impl Read) {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while matches!(stream.read_until(b'\n', &mut line), Ok(1..)) {
            let text = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
            self.lock().push(text);
            self.grown.notify_all();
            line.clear();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
