//! The one place of the issuer that reads the clock. Everything else is given a moment, or a
//! [`Clock`] to ask.

use edgewrit_shared::time::UnixSeconds;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The clock of the issuer: that of the system, or one of a test.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Clock {
    /// The system's clock. A clock before 1970 reads as 1970, which no writ survives.
    #[must_use]
    pub fn system() -> Self {
        Self::new(system)
    }

    /// A clock that answers what `since_1970` does.
    #[must_use]
    pub fn new(since_1970: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(since_1970))
    }

    /// The moment of the call.
    #[must_use]
    pub fn now(&self) -> Moment {
        let millis = u64::try_from((self.0)().as_millis()).unwrap_or(u64::MAX);
        Moment { millis }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now().millis)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the module that reads the clock")]
fn system() -> Duration {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default()
}

/// A moment, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub millis: u64,
}

impl Moment {
    /// The moment, rounded down to what writs say.
    #[must_use]
    pub const fn seconds(self) -> UnixSeconds {
        UnixSeconds(self.millis / 1000)
    }
}
