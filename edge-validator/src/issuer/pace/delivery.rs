//! The pace of the deliveries of records. One delivery is in progress at a time.

use super::{Backoff, InProgress};
use edgewrit_shared::time::UnixSeconds;

/// Longest pause after failures of a host with a timer, in seconds.
const LONGEST_PAUSE: u64 = 8;
/// Time after which a delivery without an end is lost, in seconds.
const LOST_SECONDS: u64 = 30;
/// Time for which a host without a timer lets records wait for others, in milliseconds.
pub const COLLECT_MS: u32 = 1_000;

/// The pace of deliveries from one store of records.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryPace {
    delivery: InProgress,
    lost_seconds: u64,
    due: UnixSeconds,
    backoff: Backoff,
}

impl DeliveryPace {
    /// The pace of a host with a timer. Each call of the host ends, and the host repeats a failed
    /// delivery after a pause.
    #[must_use]
    pub const fn with_timer() -> Self {
        Self::new(u64::MAX, LONGEST_PAUSE)
    }

    /// The pace of a host that delivers while it serves a request. The end of the request can drop
    /// the delivery, and the next request repeats a failed delivery.
    #[must_use]
    pub const fn with_requests() -> Self {
        Self::new(LOST_SECONDS, 0)
    }

    const fn new(lost_seconds: u64, longest: u64) -> Self {
        Self {
            delivery: InProgress(None),
            lost_seconds,
            due: UnixSeconds(0),
            backoff: Backoff::new(longest),
        }
    }

    /// Whether no delivery is in progress.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.delivery.0.is_none()
    }

    /// Whether the next delivery is due.
    #[must_use]
    pub fn is_due(&self, now: UnixSeconds) -> bool {
        self.due <= now && !self.delivery.is_held(now, self.lost_seconds)
    }

    /// Begins a delivery.
    pub const fn begin(&mut self, now: UnixSeconds) {
        self.delivery = InProgress(Some(now));
    }

    /// Ends a delivery without an effect on later pauses.
    pub const fn end(&mut self) {
        self.delivery = InProgress(None);
    }

    /// Ends a delivery that the issuer has decided about, for good or bad.
    pub const fn record_decision(&mut self) {
        self.end();
        self.backoff.reset();
    }

    /// Ends a delivery that must be repeated, after a pause.
    pub fn record_failure(&mut self, now: UnixSeconds) {
        self.end();
        self.due = now.plus(self.backoff.next_pause());
    }
}

#[cfg(test)]
mod tests {
    use super::DeliveryPace;
    use alloc::vec::Vec;
    use edgewrit_shared::time::UnixSeconds;

    const NOW: UnixSeconds = UnixSeconds(1_000);

    #[test]
    fn one_delivery_is_in_progress_at_a_time() {
        for mut pace in [DeliveryPace::with_timer(), DeliveryPace::with_requests()] {
            assert!(pace.is_idle() && pace.is_due(NOW));
            pace.begin(NOW);
            assert!(!pace.is_idle() && !pace.is_due(NOW));
            pace.end();
            assert!(pace.is_idle() && pace.is_due(NOW));
        }
    }

    #[test]
    fn only_a_request_can_lose_a_delivery() {
        let (mut timer, mut requests) = (DeliveryPace::with_timer(), DeliveryPace::with_requests());
        timer.begin(NOW);
        requests.begin(NOW);
        assert!(!timer.is_due(NOW.plus(1_000_000)));
        assert!(!requests.is_due(NOW.plus(29)));
        assert!(requests.is_due(NOW.plus(30)));
    }

    #[test]
    fn pauses_after_failures_double_up_to_their_maximum() {
        let (mut pace, mut begun) = (DeliveryPace::with_timer(), Vec::new());
        for second in 0..32 {
            if pace.is_due(NOW.plus(second)) {
                begun.push(second);
                pace.begin(NOW.plus(second));
                pace.record_failure(NOW.plus(second));
            }
        }
        assert_eq!(begun, [0, 1, 3, 7, 15, 23, 31]);
    }

    #[test]
    fn a_decision_of_the_issuer_ends_the_doubling() {
        let mut pace = DeliveryPace::with_timer();
        pace.record_failure(NOW);
        pace.record_failure(NOW);
        pace.record_decision();
        pace.record_failure(NOW);
        assert!(!pace.is_due(NOW));
        assert!(pace.is_due(NOW.plus(1)));
    }

    #[test]
    fn a_boot_id_does_not_end_the_doubling() {
        let mut pace = DeliveryPace::with_timer();
        pace.record_failure(NOW);
        pace.end();
        pace.record_failure(NOW);
        assert!(!pace.is_due(NOW.plus(1)));
        assert!(pace.is_due(NOW.plus(2)));
    }

    #[test]
    fn the_next_request_repeats_a_failed_delivery() {
        let mut pace = DeliveryPace::with_requests();
        pace.begin(NOW);
        pace.record_failure(NOW);
        assert!(pace.is_due(NOW));
    }
}
