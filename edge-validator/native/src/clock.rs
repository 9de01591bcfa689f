//! The one place of the proxy that reads the clock.

use edgewrit_shared::time::UnixSeconds;
use std::time::{Instant, SystemTime};

/// The current time. A clock before 1970 reads as 1970, at which no writ is valid.
#[expect(clippy::disallowed_methods, reason = "this is the module that reads the clock")]
pub(crate) fn now() -> UnixSeconds {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    UnixSeconds(since.unwrap_or_default().as_secs())
}

/// The current moment, for measuring times. The moment is that of a clock which never goes back.
#[expect(clippy::disallowed_methods, reason = "this is the module that reads the clock")]
pub(crate) fn instant() -> Instant {
    Instant::now()
}
