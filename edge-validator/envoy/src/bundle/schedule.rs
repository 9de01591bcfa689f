//! The schedule of requests for a newer bundle. The issuer delays each answer until there is news.

use edgewrit_shared::time::UnixSeconds;

/// Longest time for which the issuer may delay an answer, in seconds.
const WAIT_SECONDS: u32 = 28;
/// Least average time between two questions in seconds, which protects an issuer that does not
/// delay its answers.
const PAUSE_SECONDS: u64 = 1;
/// Time of pauses that can be saved up, in seconds. So the edge learns of several quick changes at
/// once.
const SAVED_SECONDS: u64 = 9;
/// Longest pause after failures, in seconds. The pause doubles with each.
const PAUSE_SECONDS_MAX: u64 = 16;

/// The state of the schedule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefreshSchedule {
    asking: bool,
    /// The time of the next question, which runs ahead of the clock while questions come faster
    /// than the average allows.
    due: UnixSeconds,
    pause: u64,
}

impl RefreshSchedule {
    pub(crate) const fn new() -> Self {
        Self {
            asking: false,
            due: UnixSeconds(0),
            pause: PAUSE_SECONDS,
        }
    }

    /// Whether the filter should ask now.
    pub(crate) fn is_due(self, now: UnixSeconds) -> bool {
        !self.asking && self.due <= now
    }

    /// Seconds for which the issuer may delay the next answer: none after a failure, when the
    /// snapshot grows old.
    pub(crate) fn wait_seconds(self) -> u32 {
        if self.pause > PAUSE_SECONDS { 0 } else { WAIT_SECONDS }
    }

    /// The schedule after a question was sent.
    pub(crate) fn after_question(self, now: UnixSeconds) -> Self {
        let saved = UnixSeconds(now.0.saturating_sub(SAVED_SECONDS));
        Self {
            asking: true,
            due: self.due.max(saved).plus(PAUSE_SECONDS),
            ..self
        }
    }

    /// The schedule after an answer with a bundle.
    pub(crate) fn after_success(self) -> Self {
        Self {
            asking: false,
            pause: PAUSE_SECONDS,
            ..self
        }
    }

    /// The schedule after a question that could not be sent or was not answered with a bundle.
    pub(crate) fn after_failure(self, now: UnixSeconds) -> Self {
        Self {
            asking: false,
            due: now.plus(self.pause),
            pause: self.pause.saturating_mul(2).min(PAUSE_SECONDS_MAX),
        }
    }
}
