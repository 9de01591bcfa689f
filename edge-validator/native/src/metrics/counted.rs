//! Counts of rare events by their label.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Counts by label. Labels come from fixed sets.
#[derive(Debug, Default)]
pub(crate) struct CountedLabels(Mutex<BTreeMap<&'static str, u64>>);

impl CountedLabels {
    /// Counts one event.
    pub(crate) fn count(&self, label: &'static str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(label).or_default();
        *count = count.wrapping_add(1);
    }

    /// The counts, in the order of their labels.
    pub(super) fn all(&self) -> BTreeMap<&'static str, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
