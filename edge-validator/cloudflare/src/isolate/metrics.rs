//! What is counted: a line in the log, now and then, of everything since the isolate began.
//!
//! Isolates share nothing, and nobody can ask one of them. Whoever sums up takes the last line of each.

use edgewrit_edge::memory::Memory;
use edgewrit_edge::record::Record;
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
    /// Bundles whose audit head contradicted one that was seen, by label.
    heads: RefCell<Vec<(&'static str, u64)>>,
    /// Responses that held a secret of the edge in a header.
    reflected: Cell<u64>,
    shown: Cell<Option<UnixSeconds>>,
}

/// What others count.
pub(crate) struct Counted<'a> {
    pub(crate) memory: &'a Memory,
    pub(crate) snapshot_age: Option<u64>,
    /// The highest head that was seen of the issuer's audit.
    pub(crate) audit_head: Option<String>,
    /// Records that wait, and those that were lost.
    pub(crate) records: (usize, u64),
}

impl Metrics {
    /// Counts a verdict.
    pub(crate) fn count(&self, record: &Record) {
        if record.is_reflection() {
            self.reflected.set(self.reflected.get().saturating_add(1));
        }
        count(&self.verdicts, record.label());
    }

    /// Counts a bundle whose audit head contradicted one that was seen.
    pub(crate) fn count_head(&self, label: &'static str) {
        count(&self.heads, label);
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
        // Written as the issuer signs it: a number, a colon, hexadecimal digits. A head of another form is not shown.
        let head = counted
            .audit_head
            .as_ref()
            .map_or_else(|| "null".into(), |head| format!("\"{head}\""));
        let mut line = format!(
            r#"{{"edgewrit":"metrics","at":{},"isolate":"{}","cache_hits":{hits},"cache_misses":{misses},"snapshot_age_seconds":{age},"audit_head":{head},"records_waiting":{waiting},"records_lost":{lost},"reflected":{},"body_bytes_held":{},"#,
            now.0,
            counted.memory.name(),
            self.reflected.get(),
            counted.memory.bodies().held(),
        );
        for (name, counts) in [("bundles", &self.heads), ("verdicts", &self.verdicts)] {
            let _ = write!(line, r#""{name}":{{"#);
            for (place, (label, count)) in counts.borrow().iter().enumerate() {
                let comma = if place > 0 { "," } else { "" };
                let _ = write!(line, r#"{comma}"{label}":{count}"#);
            }
            line.push_str(if name == "verdicts" { "}}" } else { "}," });
        }
        Some(line)
    }
}

fn count(counts: &RefCell<Vec<(&'static str, u64)>>, label: &'static str) {
    let mut counts = counts.borrow_mut();
    match counts.iter_mut().find(|(own, _)| *own == label) {
        Some((_, count)) => *count += 1,
        None => counts.push((label, 1)),
    }
}
