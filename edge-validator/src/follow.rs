//! Following the issuer's bundle.

use crate::call::{Answer, Call};
use crate::config::Config;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::time::UnixSeconds;

/// Why an answer gave no newer snapshot. The one that is held stays as it is.
#[derive(Debug)]
pub struct FollowError(());

impl FollowError {
    /// The stable label, such as `bundle_status`.
    #[must_use]
    pub fn label(&self) -> &'static str {
        todo!()
    }
}

impl core::fmt::Display for FollowError {
    fn fmt(&self, _f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        todo!()
    }
}

/// The call that asks for a bundle newer than `held`; the issuer may keep it waiting for `wait_seconds` (at most 28).
#[must_use]
pub fn bundle_call(_config: &Config, _held: Option<&Snapshot>, _wait_seconds: u32) -> Call {
    todo!()
}

/// The snapshot that the answer to [`bundle_call`] makes of `held`.
///
/// # Errors
/// [`FollowError`]; ask again after a pause.
pub fn bundle_answer(
    _config: &Config,
    _held: Option<&Snapshot>,
    _answer: Answer<'_>,
    _now: UnixSeconds,
) -> Result<Snapshot, FollowError> {
    todo!()
}
