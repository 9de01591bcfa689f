//! Metrics: a line in the log from time to time, with all counts since the start of the isolate.
//!
//! Isolates share nothing, and no request can address one of them. To sum up, take the last line of
//! each isolate.

use edgewrit_edge::issuer::pace::{LOG_SECONDS, Periodic};
use edgewrit_edge::memory::Memory;
use edgewrit_edge::record::Record;
use edgewrit_shared::bundle::HeadContradiction;
use edgewrit_shared::edge_api::RecordLabel;
use edgewrit_shared::time::UnixSeconds;
use std::cell::{Cell, RefCell};
use std::fmt::Write as _;

/// Counters of one isolate.
#[derive(Debug)]
pub(crate) struct IsolateMetrics {
    /// Verdicts by label, of which there are about a hundred.
    verdicts: RefCell<Vec<(RecordLabel, u64)>>,
    /// Bundles whose audit head contradicted an earlier head, by label.
    heads: RefCell<Vec<(RecordLabel, u64)>>,
    /// Responses with a secret of the edge in a header.
    reflected: Cell<u64>,
    shown: RefCell<Periodic>,
}

/// The counts that other modules keep.
pub(crate) struct Counted<'a> {
    pub(crate) memory: &'a Memory,
    pub(crate) snapshot_age: Option<u64>,
    /// The highest audit head of the issuer that the edge has seen.
    pub(crate) audit_head: Option<String>,
    /// The number of records that wait, and of those that were lost.
    pub(crate) records: (usize, u64),
}

impl IsolateMetrics {
    pub(crate) const fn new() -> Self {
        Self {
            verdicts: RefCell::new(Vec::new()),
            heads: RefCell::new(Vec::new()),
            reflected: Cell::new(0),
            shown: RefCell::new(Periodic::every(LOG_SECONDS)),
        }
    }

    /// Counts a verdict.
    pub(crate) fn count(&self, record: &Record) {
        if record.is_reflection() {
            self.reflected.set(self.reflected.get().saturating_add(1));
        }
        count(&self.verdicts, record.label());
    }

    /// Counts a bundle whose audit head contradicted an earlier head.
    pub(crate) fn count_head(&self, contradiction: HeadContradiction) {
        count(&self.heads, RecordLabel::AuditHead(contradiction));
    }

    /// The line, if it is due.
    pub(crate) fn line(&self, counted: &Counted<'_>, now: UnixSeconds) -> Option<String> {
        if !self.shown.borrow_mut().begin(now) {
            return None;
        }
        let (hits, misses) = counted.memory.lookups();
        let (waiting, lost) = counted.records;
        let age = counted
            .snapshot_age
            .map_or_else(|| "null".into(), |age| age.to_string());
        // The form that the issuer signs: a number, a colon, hexadecimal digits. A head of another
        // form is not shown.
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
                let _ = write!(line, r#"{comma}"{}":{count}"#, label.text());
            }
            line.push_str(if name == "verdicts" { "}}" } else { "}," });
        }
        Some(line)
    }
}

fn count(counts: &RefCell<Vec<(RecordLabel, u64)>>, label: RecordLabel) {
    let mut counts = counts.borrow_mut();
    match counts.iter_mut().find(|(own, _)| *own == label) {
        Some((_, count)) => *count += 1,
        None => counts.push((label, 1)),
    }
}
