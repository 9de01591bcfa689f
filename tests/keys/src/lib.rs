//! The keys that tests and benchmarks sign with. Each is made from a fixed seed, so that every run
//! signs the same bytes.
//!
//! The crate knows no other crate of the workspace, and takes and gives bytes: the unit tests of
//! `shared` use it too. It signs with `ed25519-compact`, and the edge and the issuer verify with
//! `ed25519-dalek`: each test in which a signature is valid compares the two.
#![no_std]

use core::sync::atomic::{AtomicU64, Ordering};
use ed25519_compact::{KeyPair, Seed};

/// Signs the writs of a test issuer.
pub const ISSUER_WRITS: TestKey = TestKey::repeated(1);
/// Signs the bundles of a test issuer. Its edges pin it.
pub const ISSUER_BUNDLES: TestKey = TestKey::repeated(2);
/// The key that a test issuer changes to when it changes keys.
pub const ISSUER_NEXT: TestKey = TestKey::repeated(9);
/// A key that no issuer and no edge knows: an attacker signs with it.
pub const UNKNOWN: TestKey = TestKey::repeated(0x5a);
/// Signs what the endpoint signs that the issuer is measured beside.
pub const BARE_ENDPOINT: TestKey = TestKey::repeated(7);

/// An Ed25519 key pair. Its private half is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestKey([u8; 32]);

impl TestKey {
    /// The key of this seed, which is not all zeroes.
    #[must_use]
    pub const fn from_seed(seed: [u8; 32]) -> Self {
        Self(seed)
    }

    /// The key whose seed is `byte`, 32 times: one of many that a test lists. `byte` is not zero.
    #[must_use]
    pub const fn repeated(byte: u8) -> Self {
        Self([byte; 32])
    }

    /// The key of the agent with this number.
    #[must_use]
    pub fn of_agent(number: u64) -> Self {
        let mut seed = [7; 32];
        let (front, _) = seed.split_at_mut(8);
        front.copy_from_slice(&number.to_be_bytes());
        Self(seed)
    }

    /// The key of an agent: another one at each call in one process.
    #[must_use]
    pub fn of_next_agent() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self::of_agent(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// The seed, for what signs with an implementation of its own.
    #[must_use]
    pub const fn seed(&self) -> &[u8; 32] {
        &self.0
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        *self.pair().pk
    }

    /// The signature of `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        *self.pair().sk.sign(message, None)
    }

    fn pair(&self) -> KeyPair {
        KeyPair::from_seed(Seed::new(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer as _, SigningKey};

    #[test]
    fn the_other_implementation_makes_the_same_key_and_the_same_signature() {
        for key in [
            ISSUER_WRITS,
            ISSUER_BUNDLES,
            ISSUER_NEXT,
            UNKNOWN,
            BARE_ENDPOINT,
            TestKey::of_agent(0),
        ] {
            let other = SigningKey::from_bytes(key.seed());
            assert_eq!(key.public(), other.verifying_key().to_bytes());
            assert_eq!(key.sign(b"message"), other.sign(b"message").to_bytes());
        }
    }

    #[test]
    fn two_agents_have_two_keys() {
        assert_ne!(TestKey::of_next_agent(), TestKey::of_next_agent());
        assert_ne!(TestKey::of_agent(0), TestKey::of_agent(1));
    }
}
