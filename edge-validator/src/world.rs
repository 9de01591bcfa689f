//! What a step may know of the world.

use crate::config::Config;
use crate::memory::Memory;
use alloc::sync::Arc;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::time::UnixSeconds;

/// What a step may know of the world, as it is now. Given to every step, because a step can come long after the last one.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The configuration.
    pub config: &'a Arc<Config>,
    /// What is held of the issuer's bundles, if anything.
    pub snapshot: Option<&'a Snapshot>,
    /// What is remembered between requests.
    pub memory: &'a Memory,
    /// The time.
    pub now: UnixSeconds,
}
