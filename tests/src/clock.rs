//! The one place of the harness that reads a clock.

use edgewrit_shared::time::UnixSeconds;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Seconds since 1970, as the programs under test see them.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the harness forges writs that are valid now")]
pub fn now() -> UnixSeconds {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixSeconds(since.as_secs())
}

/// A moment after which something is given up.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// The moment `wait` from now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "everything that waits has a deadline")]
    pub fn after(wait: Duration) -> Self {
        Self(Instant::now() + wait)
    }

    /// The remaining time; zero after the end.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "everything that waits has a deadline")]
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether it has passed.
    #[must_use]
    pub fn passed(self) -> bool {
        self.left().is_zero()
    }
}

/// Measures how long something took.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts to measure.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "tests bound what things take, and the demo says it"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Asks `question` again and again until it has an answer or `wait` has passed.
pub fn poll<T>(wait: Duration, mut question: impl FnMut() -> Option<T>) -> Option<T> {
    const PAUSE: Duration = Duration::from_millis(10);
    let deadline = Deadline::after(wait);
    loop {
        if let Some(answer) = question() {
            return Some(answer);
        }
        if deadline.passed() {
            return None;
        }
        std::thread::sleep(PAUSE);
    }
}
