//! Checkpoints: how far the chain reached at a moment, signed by a key that signs nothing else.
//! They are numbered, and each covers the one before it, so that one that is taken away is missed.

use super::ChainHead;
use crate::base::id::{from_hex, hex};
use crate::keys::{PinnedKeys, SigningKey};
use edgewrit_shared::jose::jws::{Jws, JwsKind};
use edgewrit_shared::jose::signature::Dalek;
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::time::UnixSeconds;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// Longest checkpoint that is read, in bytes.
const CHECKPOINT_BYTES: usize = 2_048;
/// Values in its payload.
const CHECKPOINT_VALUES: usize = 16;

/// Names a checkpoint: its number, and SHA-256 of its signed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckpointId {
    /// Number of the checkpoint, from 1 on.
    pub number: u64,
    /// SHA-256 of its signed text.
    pub hash: [u8; 32],
}

impl CheckpointId {
    /// Reads `<number>:<64 hexadecimal digits>`, as it is displayed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (number, digits) = text.split_once(':')?;
        let (number, hash) = (number.parse().ok()?, from_hex(digits)?);
        Some(Self { number, hash })
    }
}

impl fmt::Display for CheckpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, hex(&self.hash))
    }
}

/// The place of a checkpoint among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckpointPlace {
    /// Number of the checkpoint, from 1 on.
    pub number: u64,
    /// SHA-256 of the signed text of the checkpoint before it, if there was one.
    pub before: Option<[u8; 32]>,
}

/// A checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The issuer.
    pub iss: String,
    /// The epoch of the database.
    pub epoch: String,
    /// The head of the chain.
    pub head: ChainHead,
    /// The time of its signature.
    pub at: UnixSeconds,
    /// Place of the checkpoint; `None` for a checkpoint of a version that did not number them.
    pub place: Option<CheckpointPlace>,
}

/// Why a checkpoint is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The text is no checkpoint.
    #[error("not a checkpoint")]
    Malformed,
    /// Signed by none of the pinned keys.
    #[error("signed by no pinned key: the database may name it, but the key folder does not")]
    Key,
    /// Not signed by the key that it names.
    #[error("not signed by the key that it names")]
    Signature,
    /// Signed by a key that had been replaced before.
    #[error("signed by a key that had been replaced before")]
    Replaced,
}

/// SHA-256 of a checkpoint's signed text.
#[must_use]
pub fn hash_checkpoint(jws: &str) -> [u8; 32] {
    Sha256::digest(jws).into()
}

impl Checkpoint {
    /// The checkpoint, signed.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> String {
        let mut payload = json!({
            "iss": self.iss,
            "epoch": self.epoch,
            "head": self.head.to_string(),
            "iat": self.at.0,
        });
        if let (Some(place), Some(members)) = (self.place, payload.as_object_mut()) {
            members.insert("number".to_owned(), json!(place.number));
            if let Some(before) = place.before {
                members.insert("before".to_owned(), json!(hex(&before)));
            }
        }
        key.sign(JwsKind::Checkpoint, payload.to_string().as_bytes())
    }

    /// Reads a checkpoint that one of `keys` signed while it was its turn.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn read(text: &str, keys: &PinnedKeys) -> Result<Self, CheckpointError> {
        let jws = Jws::parse(text, JwsKind::Checkpoint, CHECKPOINT_BYTES).map_err(|_| CheckpointError::Malformed)?;
        let pinned = keys.find(jws.kid()).ok_or(CheckpointError::Key)?;
        let signed = jws.verify(&pinned.key, &Dalek);
        let signed = signed.map_err(|_| CheckpointError::Signature)?;
        let payload = json::parse(signed.payload(), CHECKPOINT_VALUES).map_err(|_| CheckpointError::Malformed)?;
        let checkpoint = Self::of(&payload).ok_or(CheckpointError::Malformed)?;
        let number = checkpoint.place.map_or(0, |place| place.number);
        if pinned.last.is_some_and(|last| number > last) {
            return Err(CheckpointError::Replaced);
        }
        Ok(checkpoint)
    }

    fn of(payload: &Json) -> Option<Self> {
        let text = |name| match payload.member(name) {
            Some(Json::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let number = |name| match payload.member(name) {
            Some(Json::Number(number)) => number.as_u64(),
            _ => None,
        };
        let place = match payload.member("number") {
            None => None,
            Some(_) => Some(CheckpointPlace {
                number: number("number")?,
                before: match payload.member("before") {
                    None => None,
                    Some(_) => Some(from_hex(text("before")?)?),
                },
            }),
        };
        Some(Self {
            iss: text("iss")?.to_owned(),
            epoch: text("epoch")?.to_owned(),
            head: ChainHead::parse(text("head")?)?,
            at: number("iat").map(UnixSeconds)?,
            place,
        })
    }
}
