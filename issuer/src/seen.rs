//! Writs that were verified before, found by the hash of their text. Time, revocation and key are asked on every hit.

use edgewrit_shared::token::Verified;
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::Arc;

/// Writs that are remembered: some 20 MB.
const WRITS: usize = 16_384;

/// The writs. Only verified ones enter, so nobody but the signer fills it.
pub(crate) struct Seen(Cache<[u8; 32], Arc<Verified>>);

impl Default for Seen {
    fn default() -> Self {
        Self(Cache::new(WRITS))
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seen({})", self.0.len())
    }
}

impl Seen {
    /// The writ whose text is `token`, if it was verified before.
    pub(crate) fn find(&self, token: &str) -> Option<Arc<Verified>> {
        self.0.get(&hash(token))
    }

    /// Remembers the writ whose text is `token`.
    pub(crate) fn keep(&self, token: &str, writ: &Arc<Verified>) {
        self.0.insert(hash(token), Arc::clone(writ));
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
