//! The history of signing keys. Only public halves are here.

use crate::keys::{KeyJob, KeyState};
use edgewrit_shared::jose::keys::PublicKey;
use edgewrit_shared::json;
use edgewrit_shared::time::UnixSeconds;

/// A key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// RFC 7638 thumbprint of the key.
    pub kid: String,
    /// Job of the key.
    pub job: KeyJob,
    /// State of the key.
    pub state: KeyState,
    /// The public half as a JWK.
    pub jwk: String,
    /// Since when it has that state.
    pub since: UnixSeconds,
}

/// Values in a JWK.
const JWK_VALUES: usize = 16;

impl KeyRow {
    /// The public half; `None` if it cannot be read.
    #[must_use]
    pub fn public(&self) -> Option<PublicKey> {
        let jwk = json::parse(self.jwk.as_bytes(), JWK_VALUES).ok()?;
        PublicKey::from_jwk(&jwk).ok()
    }
}
