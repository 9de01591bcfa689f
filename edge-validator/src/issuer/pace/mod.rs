//! The times at which an edge calls the issuer: refreshes of the snapshot, deliveries of records,
//! and pauses after failures.
//!
//! A schedule is a state machine that gets the time as an argument. A host asks the schedule
//! whether a call is due, makes the call, and reports the outcome.

pub mod delivery;
pub mod refresh;
pub mod watch;

use edgewrit_shared::time::UnixSeconds;

/// Least time between two lines of one kind in the log of a host, in seconds: metrics, and the
/// audit head of the issuer.
pub const LOG_SECONDS: u64 = 60;
/// The pause after the first failure, in seconds.
const FIRST_PAUSE: u64 = 1;

/// The pauses after failures in a row. Each pause is twice as long as the pause before it, up to a
/// maximum.
#[derive(Clone, Copy, Debug)]
struct Backoff {
    pause: u64,
    longest: u64,
}

impl Backoff {
    /// Pauses of at most `longest` seconds.
    const fn new(longest: u64) -> Self {
        Self {
            pause: FIRST_PAUSE,
            longest,
        }
    }

    /// The pause after one more failure, in seconds.
    fn next_pause(&mut self) -> u64 {
        let pause = self.pause.min(self.longest);
        self.pause = pause.saturating_mul(2).min(self.longest);
        pause
    }

    const fn reset(&mut self) {
        self.pause = FIRST_PAUSE;
    }

    /// Whether the last call has failed.
    const fn is_failing(self) -> bool {
        self.pause > FIRST_PAUSE
    }
}

/// Whether a call is in progress. A call without an end is lost after some time, because its host
/// has dropped it.
#[derive(Clone, Copy, Debug)]
struct InProgress(Option<UnixSeconds>);

impl InProgress {
    /// Whether a call is in progress that is not lost after `lost_seconds`.
    fn is_held(self, now: UnixSeconds, lost_seconds: u64) -> bool {
        self.0.is_some_and(|since| now.since(since) < lost_seconds)
    }
}

/// An act that a host repeats at least so many seconds apart.
#[derive(Clone, Copy, Debug)]
pub struct Periodic {
    seconds: u64,
    last: Option<UnixSeconds>,
}

impl Periodic {
    /// An act that is due at once, and again every `seconds`.
    #[must_use]
    pub const fn every(seconds: u64) -> Self {
        Self { seconds, last: None }
    }

    /// Whether the act is due. The next act is due `seconds` later.
    pub fn begin(&mut self, now: UnixSeconds) -> bool {
        let due = self.last.is_none_or(|last| now.since(last) >= self.seconds);
        if due {
            self.last = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::{Backoff, InProgress, Periodic};
    use alloc::vec::Vec;
    use edgewrit_shared::time::UnixSeconds;

    const NOW: UnixSeconds = UnixSeconds(1_000);

    #[test]
    fn a_pause_doubles_up_to_its_maximum() {
        let mut backoff = Backoff::new(16);
        let pauses: Vec<_> = (0..7).map(|_| backoff.next_pause()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 16, 16]);
    }

    #[test]
    fn a_maximum_between_two_powers_is_kept() {
        let mut backoff = Backoff::new(5);
        let pauses: Vec<_> = (0..5).map(|_| backoff.next_pause()).collect();
        assert_eq!(pauses, [1, 2, 4, 5, 5]);
        let mut no_pause = Backoff::new(0);
        assert_eq!((no_pause.next_pause(), no_pause.next_pause()), (0, 0));
    }

    #[test]
    fn a_success_ends_the_doubling() {
        let mut backoff = Backoff::new(16);
        assert!(!backoff.is_failing());
        backoff.next_pause();
        backoff.next_pause();
        assert!(backoff.is_failing());
        backoff.reset();
        assert!(!backoff.is_failing());
        assert_eq!(backoff.next_pause(), 1);
    }

    #[test]
    fn a_call_without_an_end_is_lost() {
        let call = InProgress(Some(NOW));
        assert!(call.is_held(NOW.plus(9), 10));
        assert!(!call.is_held(NOW.plus(10), 10));
        assert!(!InProgress(None).is_held(NOW, 10));
    }

    #[test]
    fn a_clock_that_goes_back_does_not_lose_a_call() {
        assert!(InProgress(Some(NOW)).is_held(UnixSeconds(1), 10));
    }

    #[test]
    fn a_periodic_act_is_due_at_once_and_then_after_its_time() {
        let mut act = Periodic::every(60);
        assert!(act.begin(NOW));
        assert!(!act.begin(NOW));
        assert!(!act.begin(NOW.plus(59)));
        assert!(act.begin(NOW.plus(60)));
        assert!(!act.begin(NOW.plus(119)));
    }
}
