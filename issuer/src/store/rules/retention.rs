//! Rules of the time for which rows are kept.

use edgewrit_shared::limits::{CLOCK_TOLERANCE, WRIT_TTL_MAX};
use edgewrit_shared::time::UnixSeconds;

/// Rows of each kind that are forgotten in one transaction: a few milliseconds, in which others
/// wait.
pub const FORGOTTEN_AT_ONCE: u64 = 500;
/// Seconds for which a task is kept after its last writ expired: 30 days.
const TASKS_KEPT: u64 = 30 * 24 * 3_600;
/// Seconds for which the boot of an edge is kept: 90 days.
const BOOTS_KEPT: u64 = 90 * 24 * 3_600;

/// The order of the checkpoints up to which the chain can be pruned, the preferred one first: the
/// last one up to `wanted`, or the next one behind it.
#[must_use]
pub const fn prune_preference(seq: u64, wanted: u64) -> (bool, u64) {
    (seq > wanted, seq.abs_diff(wanted))
}

/// The moments before which rows are forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cutoffs {
    /// Revocations, lineages, launch tokens and nonces that have expired by then.
    pub expired: UnixSeconds,
    /// Answers to debits from before, which no edge repeats any more.
    pub spends: UnixSeconds,
    /// Boots from before that spent nothing lately. An edge that still numbers by one is told, and
    /// boots again.
    pub boots: UnixSeconds,
    /// Tasks whose last writ expired before, with all that was counted for them.
    pub tasks: UnixSeconds,
    /// Keys that came to one of their last states before.
    pub keys: UnixSeconds,
}

impl Cutoffs {
    /// The moments at `now`.
    #[must_use]
    pub const fn at(now: UnixSeconds) -> Self {
        let ttl = WRIT_TTL_MAX + CLOCK_TOLERANCE;
        Self {
            expired: now,
            spends: before(now, ttl),
            boots: before(now, BOOTS_KEPT),
            tasks: before(now, TASKS_KEPT),
            keys: before(now, ttl),
        }
    }
}

const fn before(now: UnixSeconds, seconds: u64) -> UnixSeconds {
    UnixSeconds(now.0.saturating_sub(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_forgotten_that_an_edge_or_a_report_can_still_ask_for() {
        let now = UnixSeconds(200 * 24 * 3_600);
        let cutoffs = Cutoffs::at(now);
        assert_eq!(cutoffs.expired, now);
        assert_eq!(cutoffs.tasks.plus(TASKS_KEPT), now);
        assert_eq!(cutoffs.boots.plus(BOOTS_KEPT), now);
        assert!(cutoffs.spends.plus(WRIT_TTL_MAX) < now);
        assert_eq!(Cutoffs::at(UnixSeconds(5)).tasks, UnixSeconds(0));
    }
}
