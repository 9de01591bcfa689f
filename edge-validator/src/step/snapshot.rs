//! The wait for a snapshot without which no request can be judged.

use super::{Step, judge};
use crate::http::head::Head;
use crate::verdict::refusal::Refusal;
use crate::world::World;

/// Longest time for which a request waits for a snapshot, in seconds: the time that the issuer has
/// for its answer, and a little more.
const WAIT_SECONDS: u64 = 6;

/// A request that cannot be judged before a refresh has ended, because the edge has no fresh
/// snapshot.
#[must_use]
pub struct NeedSnapshot(Refusal);

impl NeedSnapshot {
    pub(super) const fn new(refusal: Refusal) -> Self {
        Self(refusal)
    }

    /// Longest time to wait until no refresh is in progress, in seconds.
    #[must_use]
    pub const fn seconds(&self) -> u64 {
        WAIT_SECONDS
    }

    /// Judges the same head after the wait. The edge does not ask for a second wait.
    pub fn resume(self, head: Head<'_>, world: &World<'_>) -> Step {
        judge(head, world).unwrap_or_else(Step::Refuse)
    }

    /// The refusal, for a host that does not wait: it refreshes the snapshot all the time.
    #[must_use]
    pub fn refuse(self) -> Refusal {
        self.0
    }
}
