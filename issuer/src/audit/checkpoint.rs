//! Checkpoints: how far the chain reached at a moment, signed by a key that signs nothing else.

use super::Head;
use crate::keys::SigningKey;
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::jws::{Jws, Kind};
use edgewrit_shared::keys::PublicKey;
use edgewrit_shared::signature::Dalek;
use edgewrit_shared::time::UnixSeconds;
use serde_json::json;
use std::fmt;

/// Longest checkpoint that is read, in bytes.
const CHECKPOINT_BYTES: usize = 2_048;
/// Values in its payload.
const CHECKPOINT_VALUES: usize = 16;

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The issuer.
    pub iss: String,
    /// The history.
    pub epoch: String,
    /// How far it reached.
    pub head: Head,
    /// When.
    pub at: UnixSeconds,
}

/// Why a checkpoint counts for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckpointError {
    /// Not one.
    Malformed,
    /// Signed by none of the known keys.
    Key,
    /// Not signed by the key that it names.
    Signature,
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "not a checkpoint",
            Self::Key => "signed by no known key",
            Self::Signature => "not signed by the key that it names",
        })
    }
}

impl Checkpoint {
    /// The checkpoint, signed.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> String {
        let payload = json!({
            "iss": self.iss,
            "epoch": self.epoch,
            "head": self.head.to_string(),
            "iat": self.at.0,
        });
        key.sign(Kind::Checkpoint, payload.to_string().as_bytes())
    }

    /// Reads a checkpoint that one of `keys` signed.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn read(text: &str, keys: &[PublicKey]) -> Result<Self, CheckpointError> {
        let jws = Jws::parse(text, Kind::Checkpoint, CHECKPOINT_BYTES).map_err(|_| CheckpointError::Malformed)?;
        let key = keys.iter().find(|key| key.kid() == jws.kid());
        let signed = jws.verify(key.ok_or(CheckpointError::Key)?, &Dalek);
        let signed = signed.map_err(|_| CheckpointError::Signature)?;
        let payload = json::parse(signed.payload(), CHECKPOINT_VALUES).map_err(|_| CheckpointError::Malformed)?;
        Self::of(&payload).ok_or(CheckpointError::Malformed)
    }

    fn of(payload: &Json) -> Option<Self> {
        let text = |name| match payload.member(name) {
            Some(Json::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let at = match payload.member("iat") {
            Some(Json::Number(number)) => number.as_u64().map(UnixSeconds),
            _ => None,
        };
        Some(Self {
            iss: text("iss")?.to_owned(),
            epoch: text("epoch")?.to_owned(),
            head: Head::parse(text("head")?)?,
            at: at?,
        })
    }
}
