//! The facts that a step may know.

use crate::config::Config;
use crate::memory::Memory;
use alloc::sync::Arc;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::time::UnixSeconds;

/// The facts that a step may know, as of now. Every step gets the world anew, because a step can
/// run long after the step before it.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The configuration.
    pub config: &'a Arc<Config>,
    /// The snapshot of the issuer's bundles, if the edge has one.
    pub snapshot: Option<&'a Snapshot>,
    /// The state that the edge keeps between requests.
    pub memory: &'a Memory,
    /// The current time.
    pub now: UnixSeconds,
}
