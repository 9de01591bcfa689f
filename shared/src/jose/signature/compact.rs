//! `ed25519-compact`: the second opinion.

use super::{BadSignature, SignatureValid, Verify};
use crate::jose::keys::PublicKey;

/// Verifies with `ed25519-compact`: with the cofactor, canonical `S`, no point of small order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Compact;

impl Verify for Compact {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> Result<SignatureValid, BadSignature> {
        check_signature(key.to_bytes(), message, signature)
    }
}

/// The check for any 32 bytes. Tests use it for keys that [`PublicKey`] refuses.
pub(super) fn check_signature(
    key: [u8; 32],
    message: &[u8],
    signature: &[u8; 64],
) -> Result<SignatureValid, BadSignature> {
    let signature = ed25519_compact::Signature::new(*signature);
    match ed25519_compact::PublicKey::new(key).verify(message, &signature) {
        Ok(()) => Ok(SignatureValid(())),
        Err(_) => Err(BadSignature),
    }
}
