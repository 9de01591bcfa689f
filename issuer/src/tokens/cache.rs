//! A cache of verified writs, by the hash of their text. Time, revocation and key are
//! checked on every hit.

use edgewrit_shared::token::Verified;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::Arc;

/// Writs that are expected to be remembered.
const WRITS: usize = 16_384;
/// Memory for them, in bytes: about.
const MEMORY: u64 = 128 * 1024 * 1024;
/// Bytes that a verified writ takes for each of its text: claims, grants, and how they are asked.
const GROWTH: u64 = 11;

/// Verified writs. Only these enter, so that only the signer can fill it.
pub(crate) struct VerifiedWrits(Cache<[u8; 32], CachedWrit, Weight>);

#[derive(Clone)]
struct CachedWrit {
    writ: Arc<Verified>,
    bytes: u64,
}

#[derive(Clone)]
struct Weight;

impl Weighter<[u8; 32], CachedWrit> for Weight {
    fn weight(&self, _: &[u8; 32], entry: &CachedWrit) -> u64 {
        entry.bytes.saturating_mul(GROWTH)
    }
}

impl Default for VerifiedWrits {
    fn default() -> Self {
        Self(Cache::with_weighter(WRITS, MEMORY, Weight))
    }
}

impl fmt::Debug for VerifiedWrits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seen({})", self.0.len())
    }
}

impl VerifiedWrits {
    /// The writ whose text is `token`, if it was verified before.
    pub(crate) fn find(&self, token: &str) -> Option<Arc<Verified>> {
        self.0.get(&hash(token)).map(|entry| entry.writ)
    }

    /// Remembers the writ whose text is `token`.
    pub(crate) fn keep(&self, token: &str, writ: &Arc<Verified>) {
        let entry = CachedWrit {
            writ: Arc::clone(writ),
            bytes: token.len() as u64,
        };
        self.0.insert(hash(token), entry);
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
