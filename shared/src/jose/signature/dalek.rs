//! `ed25519-dalek`, strict: the implementation of every artifact.

use super::{BadSignature, SignatureValid, Verify};
use crate::jose::keys::PublicKey;
use ed25519_dalek::{Signature, VerifyingKey};

/// Verifies with `ed25519-dalek`'s `verify_strict`: without the cofactor, canonical `S`, no point
/// of small order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dalek;

impl Verify for Dalek {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> Result<SignatureValid, BadSignature> {
        check_signature(key.point(), message, signature)
    }
}

/// The check for any point of the curve. Tests use it for keys that [`PublicKey`] refuses.
pub(super) fn check_signature(
    key: &VerifyingKey,
    message: &[u8],
    signature: &[u8; 64],
) -> Result<SignatureValid, BadSignature> {
    match key.verify_strict(message, &Signature::from_bytes(signature)) {
        Ok(()) => Ok(SignatureValid(())),
        Err(_) => Err(BadSignature),
    }
}
