//! Signatures: one method with two implementations. Every artifact uses [`Dalek`]; [`Compact`] is
//! the second opinion of every verification test.
//!
//! The implementations agree on every signature that an honest signer makes. The implementations
//! differ if the nonce point or the key has a component of small order and only the equation times
//! the cofactor holds: [`Dalek`] refuses, [`Compact`] accepts. [`PublicKey`] refuses such keys.

use crate::jose::keys::PublicKey;
use core::fmt;

mod compact;
mod dalek;
#[cfg(test)]
mod tests;

pub use compact::Compact;
pub use dalek::Dalek;

/// Proof that a signature was checked. Only an implementation of [`Verify`] in this module makes
/// it.
#[derive(Clone, Copy, Debug)]
pub struct SignatureValid(());

/// The signature does not belong to the message and key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSignature;

impl fmt::Display for BadSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature does not belong to the message and key")
    }
}

impl core::error::Error for BadSignature {}

/// Checks Ed25519 signatures (RFC 8032).
pub trait Verify {
    /// Checks that `signature` is the signature of `key` on `message`.
    ///
    /// # Errors
    /// [`BadSignature`] if it is not.
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> Result<SignatureValid, BadSignature>;
}
