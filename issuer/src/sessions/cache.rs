//! A cache of verified sessions, by the hash of their text. Expiry, revocation and key are checked
//! on every hit.

use super::session::Session;
use crate::keyring::SigningKeySet;
use edgewrit_shared::time::UnixSeconds;
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};
use std::fmt;

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
        let hash = Sha256::digest(token).into();
        let seen = self.0.get(&hash).filter(|(version, _)| *version == key_set.version);
        if let Some((_, session)) = seen {
            return (now < session.exp).then_some(session);
        }
        let session = Session::read(key_set, issuer, token, now)?;
        self.0.insert(hash, (key_set.version, session.clone()));
        Some(session)
    }
}
