//! The signature seam: one method, two implementations. [`Dalek`] is the one that every artifact uses; [`Compact`] is the
//! second opinion of every verification test.

use crate::keys::PublicKey;

/// Proof that a signature was checked. Only an implementation of [`Verify`] in this module makes one.
#[derive(Clone, Copy, Debug)]
pub struct SignatureValid(());

/// The signature does not belong to the message and key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSignature;

/// Checks Ed25519 signatures (RFC 8032).
pub trait Verify {
    /// Whether `signature` is `key`'s signature of `message`.
    ///
    /// # Errors
    /// [`BadSignature`] if it is not.
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> Result<SignatureValid, BadSignature>;
}
