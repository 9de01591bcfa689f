//! The schedule of calls for a newer bundle. One call is in progress at a time.

use super::{Backoff, InProgress};
use edgewrit_shared::edge_api::bundle::WAIT_SECONDS;
use edgewrit_shared::time::UnixSeconds;

/// Least average time between two calls that the issuer may delay, in seconds. The pause protects
/// an issuer that does not delay its answers.
const PAUSE_SECONDS: u64 = 1;
/// Time of pauses that can be saved up, in seconds. So the edge learns of several quick changes at
/// once.
const SAVED_SECONDS: u64 = 9;
/// Longest pause after failures, in seconds.
const LONGEST_PAUSE: u64 = 16;
/// Time after which a call without an end is lost, in seconds, besides the time for which the
/// issuer may delay its answer. The timeout of the call is shorter.
const LOST_SECONDS: u64 = 10;

/// The state of the schedule.
#[derive(Clone, Copy, Debug)]
pub struct RefreshSchedule {
    rhythm: Rhythm,
    call: InProgress,
    /// The time of the next call. With [`Rhythm::Delayed`] this time runs ahead of the clock while
    /// calls come faster than the average allows.
    due: UnixSeconds,
    backoff: Backoff,
}

#[derive(Clone, Copy, Debug)]
enum Rhythm {
    /// The issuer delays each answer until there is news.
    Delayed,
    /// The issuer answers at once, and the edge asks again after so many seconds.
    Every(u64),
}

impl RefreshSchedule {
    /// The schedule of a host with a timer: the issuer delays each answer until there is news.
    #[must_use]
    pub const fn delayed() -> Self {
        Self::new(Rhythm::Delayed)
    }

    /// The schedule of a host without a timer: the edge asks while it serves, and the next call is
    /// due `seconds` after an answer.
    #[must_use]
    pub const fn every(seconds: u64) -> Self {
        Self::new(Rhythm::Every(seconds))
    }

    const fn new(rhythm: Rhythm) -> Self {
        Self {
            rhythm,
            call: InProgress(None),
            due: UnixSeconds(0),
            backoff: Backoff::new(LONGEST_PAUSE),
        }
    }

    /// Whether a call is in progress and may still end.
    #[must_use]
    pub fn is_asking(&self, now: UnixSeconds) -> bool {
        let delay = match self.rhythm {
            Rhythm::Delayed => u64::from(WAIT_SECONDS),
            Rhythm::Every(_) => 0,
        };
        self.call.is_held(now, LOST_SECONDS + delay)
    }

    /// Seconds for which the issuer may delay the next answer: none after a failure, when the
    /// snapshot grows old.
    #[must_use]
    pub const fn wait_seconds(&self) -> u32 {
        match self.rhythm {
            Rhythm::Delayed if !self.backoff.is_failing() => WAIT_SECONDS,
            Rhythm::Delayed | Rhythm::Every(_) => 0,
        }
    }

    /// Begins a call if one is due. The host makes the call if the result is true.
    pub fn begin(&mut self, now: UnixSeconds) -> bool {
        if self.is_asking(now) || now < self.due {
            return false;
        }
        self.call = InProgress(Some(now));
        if let Rhythm::Delayed = self.rhythm {
            let saved = UnixSeconds(now.0.saturating_sub(SAVED_SECONDS));
            self.due = self.due.max(saved).plus(PAUSE_SECONDS);
        }
        true
    }

    /// Ends the call: the answer was a bundle, which the edge has applied.
    pub fn record_success(&mut self, now: UnixSeconds) {
        self.call = InProgress(None);
        self.backoff.reset();
        if let Rhythm::Every(seconds) = self.rhythm {
            self.due = now.plus(seconds);
        }
    }

    /// Ends the call: it could not be sent, or was not answered with a bundle that the edge can
    /// apply.
    pub fn record_failure(&mut self, now: UnixSeconds) {
        self.call = InProgress(None);
        self.due = now.plus(self.backoff.next_pause());
    }
}

#[cfg(test)]
mod tests {
    use super::RefreshSchedule;
    use alloc::vec::Vec;
    use edgewrit_shared::time::UnixSeconds;

    const NOW: UnixSeconds = UnixSeconds(1_000);

    /// The seconds after `NOW` at which calls begin that the issuer refuses or answers at once.
    fn begins(
        mut schedule: RefreshSchedule,
        seconds: u64,
        mut end: impl FnMut(&mut RefreshSchedule, UnixSeconds),
    ) -> Vec<u64> {
        let mut begun = Vec::new();
        for second in 0..seconds {
            let now = NOW.plus(second);
            while schedule.begin(now) {
                begun.push(second);
                end(&mut schedule, now);
            }
        }
        begun
    }

    #[test]
    fn one_call_is_in_progress_at_a_time() {
        for mut schedule in [RefreshSchedule::delayed(), RefreshSchedule::every(30)] {
            assert!(!schedule.is_asking(NOW));
            assert!(schedule.begin(NOW));
            assert!(schedule.is_asking(NOW));
            assert!(!schedule.begin(NOW.plus(5)));
            schedule.record_success(NOW.plus(5));
            assert!(!schedule.is_asking(NOW.plus(5)));
        }
    }

    #[test]
    fn a_call_without_an_end_is_lost_and_made_again() {
        let mut every = RefreshSchedule::every(30);
        assert!(every.begin(NOW));
        assert!(!every.begin(NOW.plus(9)));
        assert!(every.begin(NOW.plus(10)));
        let mut delayed = RefreshSchedule::delayed();
        assert!(delayed.begin(NOW));
        assert!(!delayed.begin(NOW.plus(37)));
        assert!(delayed.begin(NOW.plus(38)));
    }

    #[test]
    fn pauses_after_failures_double_up_to_their_maximum() {
        for schedule in [RefreshSchedule::delayed(), RefreshSchedule::every(30)] {
            let begun = begins(schedule, 64, RefreshSchedule::record_failure);
            assert_eq!(begun, [0, 1, 3, 7, 15, 31, 47, 63]);
        }
    }

    #[test]
    fn the_issuer_delays_no_answer_after_a_failure() {
        let mut schedule = RefreshSchedule::delayed();
        assert_eq!(schedule.wait_seconds(), 28);
        assert!(schedule.begin(NOW));
        schedule.record_failure(NOW);
        assert_eq!(schedule.wait_seconds(), 0);
        assert!(schedule.begin(NOW.plus(1)));
        schedule.record_success(NOW.plus(1));
        assert_eq!(schedule.wait_seconds(), 28);
    }

    #[test]
    fn a_host_without_a_timer_asks_again_after_its_time() {
        let begun = begins(RefreshSchedule::every(30), 91, RefreshSchedule::record_success);
        assert_eq!(begun, [0, 30, 60, 90]);
        assert_eq!(RefreshSchedule::every(30).wait_seconds(), 0);
    }

    #[test]
    fn quick_answers_cost_their_average_pause_after_the_saved_time() {
        let begun = begins(RefreshSchedule::delayed(), 4, RefreshSchedule::record_success);
        assert_eq!(begun.iter().filter(|second| **second == 0).count(), 10);
        assert_eq!(begun.get(10..), Some(&[1, 2, 3][..]));
    }

    #[test]
    fn a_success_ends_the_doubling() {
        let mut schedule = RefreshSchedule::every(30);
        for second in [0, 1, 3] {
            assert!(schedule.begin(NOW.plus(second)));
            schedule.record_failure(NOW.plus(second));
        }
        assert!(schedule.begin(NOW.plus(7)));
        schedule.record_success(NOW.plus(7));
        assert!(schedule.begin(NOW.plus(37)));
        schedule.record_failure(NOW.plus(37));
        assert!(schedule.begin(NOW.plus(38)));
    }
}
