//! Ids and secrets. Ids start with the time, so that indexes on them grow at one end: an index on
//! random ids costs more than half of the throughput at ten million rows.

use crate::base::clock::Moment;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
pub use edgewrit_shared::hex::hex;
use edgewrit_shared::hex::push_hex;
pub use edgewrit_shared::id::{ID_BYTES, ID_EXPECTED, is_id, read_id};
use edgewrit_shared::secret::Secret;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random bytes")]
pub struct NoRandomness;

/// `N` random bytes.
///
/// # Errors
/// [`NoRandomness`] if the system has none.
pub fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// A fresh id: 12 hexadecimal digits of time, 20 of randomness.
///
/// # Errors
/// [`NoRandomness`] if the system has none.
pub fn fresh(now: Moment) -> Result<String, NoRandomness> {
    Ok(timed(now, &random::<10>()?))
}

/// A fresh secret of 256 bits, in base64url behind a `prefix` by which scanners for leaked secrets
/// recognise it.
///
/// # Errors
/// [`NoRandomness`] if the system has none.
pub fn secret(prefix: &str) -> Result<Secret, NoRandomness> {
    let bytes = Zeroizing::new(random::<32>()?);
    Ok(Secret::new(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))))
}

/// The seed of the ids of one task. It is kept with the task, so that a repeated request is
/// answered with the same writs without any writ being stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub [u8; 32]);

impl Seed {
    /// A new seed.
    ///
    /// # Errors
    /// [`NoRandomness`] if the system has none.
    pub fn fresh() -> Result<Self, NoRandomness> {
        random().map(Self)
    }

    /// The id of the `index`th thing of its `kind` in a task that began at `born`.
    #[must_use]
    pub fn id(&self, born: Moment, kind: &str, index: usize) -> String {
        let digest = self.digest(kind, index);
        timed(born, digest.get(..10).unwrap_or_default())
    }

    /// The 16 hexadecimal digits that tell the `index`th agent of a task from the others.
    #[must_use]
    pub fn instance(&self, index: usize) -> String {
        hex(self.digest("instance", index).get(..8).unwrap_or_default())
    }

    fn digest(&self, kind: &str, index: usize) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update((index as u64).to_be_bytes());
        hash.update(kind);
        hash.finalize().into()
    }
}

fn timed(moment: Moment, tail: &[u8]) -> String {
    let mut id = format!("{:012x}", moment.millis & 0xffff_ffff_ffff);
    push_hex(&mut id, tail);
    id
}

/// 32 bytes from 64 hexadecimal digits.
#[must_use]
pub fn from_hex(text: &str) -> Option<[u8; 32]> {
    edgewrit_shared::hex::from_hex(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_later() {
        let early = fresh(Moment { millis: 1 }).unwrap();
        let late = fresh(Moment { millis: 2 }).unwrap();
        assert!(early < late);
        assert_eq!(early.len(), 32);
    }

    #[test]
    fn a_seed_gives_the_same_ids_again_and_others_for_every_kind_and_index() {
        let (seed, born) = (
            Seed([7; 32]),
            Moment {
                millis: 1_770_000_000_000,
            },
        );
        assert_eq!(seed.id(born, "writ", 0), seed.id(born, "writ", 0));
        assert_ne!(seed.id(born, "writ", 0), seed.id(born, "writ", 1));
        assert_ne!(seed.id(born, "writ", 0), seed.id(born, "allowance", 0));
        assert_eq!(seed.instance(3).len(), 16);
    }

    #[test]
    fn two_secrets_differ_and_carry_256_bits() {
        let (one, other) = (secret("p_").unwrap(), secret("p_").unwrap());
        assert_eq!(one.expose().len(), 2 + 43);
        assert_ne!(one.expose(), other.expose());
    }
}
