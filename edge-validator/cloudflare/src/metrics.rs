//! What is counted: a line in the log, now and then, of everything since the isolate began.
//!
//! Isolates share nothing, and nobody can ask one of them. Whoever sums up takes the last line of each.

use edgewrit_edge::memory::Memory;
use edgewrit_shared::time::UnixSeconds;
use std::cell::{Cell, RefCell};
use std::fmt::Write as _;

/// Least time from one line to the next, in seconds.
const SHOW_SECONDS: u64 = 60;

/// Counters of one isolate.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Verdicts by label, of which there are about a hundred.
    verdicts: RefCell<Vec<(&'static str, u64)>>,
    shown: Cell<Option<UnixSeconds>>,
}

/// What others count.
pub(crate) struct Counted<'a> {
    pub(crate) memory: &'a Memory,
    pub(crate) snapshot_age: Option<u64>,
    /// Records that wait, and those that were lost.
    pub(crate) records: (usize, u64),
}

impl Metrics {
    /// Counts a verdict.
    pub(crate) fn count(&self, label: &'static str) {
        let mut verdicts = self.verdicts.borrow_mut();
        match verdicts.iter_mut().find(|(own, _)| *own == label) {
            Some((_, count)) => *count += 1,
            None => verdicts.push((label, 1)),
        }
    }

    /// The line, if it is time for one.
    pub(crate) fn line(&self, counted: &Counted<'_>, now: UnixSeconds) -> Option<String> {
        if self.shown.get().is_some_and(|shown| now.since(shown) < SHOW_SECONDS) {
            return None;
        }
        self.shown.set(Some(now));
        let (hits, misses) = counted.memory.lookups();
        let (waiting, lost) = counted.records;
        let age = counted
            .snapshot_age
            .map_or_else(|| "null".into(), |age| age.to_string());
        let mut line = format!(
            r#"{{"edgewrit":"metrics","at":{},"isolate":"{}","cache_hits":{hits},"cache_misses":{misses},"snapshot_age_seconds":{age},"records_waiting":{waiting},"records_lost":{lost},"verdicts":{{"#,
            now.0,
            counted.memory.name(),
        );
        for (place, (label, count)) in self.verdicts.borrow().iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            let _ = write!(line, r#"{comma}"{label}":{count}"#);
        }
        line.push_str("}}");
        Some(line)
    }
}
