//! A cache of launch tokens, by their hash.

use crate::store::rows::agent::LaunchToken;
use edgewrit_shared::time::UnixSeconds;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::fmt;
use std::sync::Arc;

/// Memory for launch tokens, in bytes: about.
const LAUNCH_MEMORY: u64 = 16 * 1024 * 1024;
/// Launch tokens that are expected to be remembered.
const LAUNCHES: usize = 16_384;

/// Launch tokens by their hash, for agents that register right after. Whether one is valid is asked
/// where it is used up.
pub(crate) struct LaunchTokens(Cache<[u8; 32], Arc<LaunchToken>, LaunchWeight>);

#[derive(Clone)]
struct LaunchWeight;

impl Weighter<[u8; 32], Arc<LaunchToken>> for LaunchWeight {
    fn weight(&self, _: &[u8; 32], token: &Arc<LaunchToken>) -> u64 {
        let texts = token.client_id.len() + token.agent_name.len() + token.scope.len();
        (size_of::<LaunchToken>() + texts) as u64
    }
}

impl Default for LaunchTokens {
    fn default() -> Self {
        Self(Cache::with_weighter(LAUNCHES, LAUNCH_MEMORY, LaunchWeight))
    }
}

impl fmt::Debug for LaunchTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Launches({})", self.0.len())
    }
}

impl LaunchTokens {
    /// The launch token with this hash, if it is remembered and valid at `now`.
    pub(crate) fn find(&self, hash: &[u8; 32], now: UnixSeconds) -> Option<Arc<LaunchToken>> {
        self.0.get(hash).filter(|token| now < token.expires)
    }

    /// Remembers a launch token.
    pub(crate) fn keep(&self, hash: [u8; 32], token: LaunchToken) {
        self.0.insert(hash, Arc::new(token));
    }

    /// Forgets one that was used.
    pub(crate) fn forget(&self, hash: &[u8; 32]) {
        self.0.remove(hash);
    }
}
