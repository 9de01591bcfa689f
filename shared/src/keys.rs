//! Public keys: Ed25519 only, torsion-free only, named by their RFC 7638 thumbprint.

use alloc::string::String;
use alloc::vec::Vec;

/// An Ed25519 public key that passed the checks: canonical encoding, on the curve, torsion-free, not of small order.
#[derive(Clone, Debug)]
pub struct PublicKey {
    _kid: String,
}

/// Why 32 bytes or a JWK are not a key that is used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {}

impl PublicKey {
    /// A key from its 32 bytes (RFC 8032, section 5.1.5).
    ///
    /// # Errors
    /// [`KeyError`] if the bytes are no canonical point or the point is not torsion-free.
    pub fn from_bytes(_bytes: &[u8; 32]) -> Result<Self, KeyError> {
        todo!()
    }
    /// A key from the `x` member of an OKP JWK (RFC 8037, section 2): 43 characters of base64url. This is also how pins are written.
    ///
    /// # Errors
    /// As [`Self::from_bytes`], and if `x` is not canonical base64url of 32 bytes.
    pub fn from_x(_x: &str) -> Result<Self, KeyError> {
        todo!()
    }
    /// The 32 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        todo!()
    }
    /// The `x` member of the JWK.
    #[must_use]
    pub fn x(&self) -> String {
        todo!()
    }
    /// The RFC 7638 thumbprint (SHA-256, base64url), used as `kid`.
    #[must_use]
    pub fn kid(&self) -> &str {
        todo!()
    }
}

/// The keys that sign writs, found by `kid`.
#[derive(Clone, Debug, Default)]
pub struct KeySet(Vec<PublicKey>);

impl KeySet {
    /// A set of `keys`.
    #[must_use]
    pub fn new(keys: Vec<PublicKey>) -> Self {
        Self(keys)
    }
    /// The key whose id is `kid`.
    #[must_use]
    pub fn find(&self, _kid: &str) -> Option<&PublicKey> {
        todo!()
    }
}
