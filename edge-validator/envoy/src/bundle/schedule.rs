//! When to ask the issuer for a newer bundle: again and again, each question kept waiting by the issuer until there is news.

use edgewrit_shared::time::UnixSeconds;

/// How long the issuer may keep a question waiting, in seconds.
const WAIT_SECONDS: u32 = 28;
/// Time from one question to the next in the long run, in seconds, so that an issuer that does not keep us waiting is not flooded.
const PAUSE_SECONDS: u64 = 1;
/// What can be saved up of it: so many changes on the heels of each other are heard of at once.
const SAVED_SECONDS: u64 = 9;
/// Longest pause after failures, in seconds. The pause doubles with each.
const PAUSE_SECONDS_MAX: u64 = 16;

/// Where following stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefreshSchedule {
    asking: bool,
    /// Runs ahead of the time while questions come faster than they may in the long run.
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

    /// Whether to ask now.
    pub(crate) fn is_due(self, now: UnixSeconds) -> bool {
        !self.asking && self.due <= now
    }

    /// How long the issuer may keep the next question waiting, in seconds: not at all after a failure, when what is held grows old.
    pub(crate) fn wait_seconds(self) -> u32 {
        if self.pause > PAUSE_SECONDS { 0 } else { WAIT_SECONDS }
    }

    /// A question is on its way.
    pub(crate) fn after_question(self, now: UnixSeconds) -> Self {
        let saved = UnixSeconds(now.0.saturating_sub(SAVED_SECONDS));
        Self {
            asking: true,
            due: self.due.max(saved).plus(PAUSE_SECONDS),
            ..self
        }
    }

    /// It was answered with a bundle.
    pub(crate) fn after_success(self) -> Self {
        Self {
            asking: false,
            pause: PAUSE_SECONDS,
            ..self
        }
    }

    /// It could not be asked, or was not answered with a bundle.
    pub(crate) fn after_failure(self, now: UnixSeconds) -> Self {
        Self {
            asking: false,
            due: now.plus(self.pause),
            pause: self.pause.saturating_mul(2).min(PAUSE_SECONDS_MAX),
        }
    }
}
