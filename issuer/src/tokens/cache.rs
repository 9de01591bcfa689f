//! Caches of verified writs and sessions, by the hash of their text. Time, revocation and key are
//! checked on every hit.

use crate::keyring::SigningKeySet;
use crate::store::agent::LaunchToken;
use crate::tokens::session::Session;
use edgewrit_shared::time::UnixSeconds;
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

/// Sessions that are remembered.
const SESSIONS: usize = 4_096;

/// Sessions by their text. Those that another ring of keys verified are verified again.
pub(crate) struct VerifiedSessions(Cache<[u8; 32], (u64, Session)>);

impl Default for VerifiedSessions {
    fn default() -> Self {
        Self(Cache::new(SESSIONS))
    }
}

impl fmt::Debug for VerifiedSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sessions({})", self.0.len())
    }
}

impl VerifiedSessions {
    /// As [`Session::read`].
    pub(crate) fn read(&self, key_set: &SigningKeySet, issuer: &str, token: &str, now: UnixSeconds) -> Option<Session> {
        let hash = hash(token);
        let seen = self.0.get(&hash).filter(|(version, _)| *version == key_set.version);
        if let Some((_, session)) = seen {
            return (now < session.exp).then_some(session);
        }
        let session = Session::read(key_set, issuer, token, now)?;
        self.0.insert(hash, (key_set.version, session.clone()));
        Some(session)
    }
}

/// Memory for launch tokens, in bytes: about.
const LAUNCH_MEMORY: u64 = 16 * 1024 * 1024;
/// Launch tokens that are expected to be remembered.
const LAUNCHES: usize = 16_384;

/// Launch tokens by their hash, for agents that register right after. Whether one is valid is asked
/// where it is used up.
pub(crate) struct LaunchTokens(Cache<[u8; 32], Arc<LaunchToken>, Weight>);

impl Weighter<[u8; 32], Arc<LaunchToken>> for Weight {
    fn weight(&self, _: &[u8; 32], token: &Arc<LaunchToken>) -> u64 {
        let texts = token.client_id.len() + token.agent_name.len() + token.scope.len();
        (size_of::<LaunchToken>() + texts) as u64
    }
}

impl Default for LaunchTokens {
    fn default() -> Self {
        Self(Cache::with_weighter(LAUNCHES, LAUNCH_MEMORY, Weight))
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
