//! Metrics in the statistics of the host: `wasmcustom.edgewrit.GROUP.NAME`. Groups and names are
//! fixed and contain nothing of a request.

use crate::abi::host::{self, Metric};
use std::cell::RefCell;

thread_local! {
    /// The ids of the metrics that were used. There are about a hundred, and the same few are used
    /// again and again.
    static KNOWN: RefCell<Vec<(&'static str, &'static str, u32)>> = const { RefCell::new(Vec::new()) };
}

/// Adds to a counter.
pub(crate) fn count(group: &'static str, name: &'static str, by: u64) {
    if let Some(id) = id(Metric::Counter, group, name)
        && let Ok(by) = i64::try_from(by)
    {
        let _ = host::increment(id, by);
    }
}

/// Changes a gauge that all VMs change together.
pub(crate) fn change(group: &'static str, name: &'static str, by: i64) {
    if let Some(id) = id(Metric::Gauge, group, name) {
        let _ = host::increment(id, by);
    }
}

/// Sets a gauge. The gauge shows the value of the last VM that sets it.
pub(crate) fn set(group: &'static str, name: &'static str, value: u64) {
    if let Some(id) = id(Metric::Gauge, group, name) {
        let _ = host::record_metric(id, value);
    }
}

/// The id of a metric. Nothing depends on a metric: if the host refuses it, it is not counted.
fn id(kind: Metric, group: &'static str, name: &'static str) -> Option<u32> {
    KNOWN.with_borrow_mut(|known| {
        let same = |own: &&(&str, &str, u32)| own.1 == name && own.0 == group;
        if let Some((_, _, id)) = known.iter().find(same) {
            return Some(*id);
        }
        let id = host::define_metric(kind, &["edgewrit", group, name].join(".")).ok()?;
        known.push((group, name, id));
        Some(id)
    })
}
