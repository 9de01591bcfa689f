//! Public keys: Ed25519 only, torsion-free only, named by their thumbprint of RFC 7638.

use crate::json::Json;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use core::fmt;
use ed25519_dalek::VerifyingKey;
use sha2::{Digest as _, Sha256};

#[cfg(test)]
mod tests;

/// An Ed25519 public key that passed the checks: canonical encoding, on the curve, torsion-free,
/// not of small order.
///
/// A JWS header may name the algorithm of this key `EdDSA` or `Ed25519`, and nothing else.
#[derive(Clone, Debug)]
pub struct PublicKey {
    kid: String,
    /// The decompressed point beside its encoding, so that it is decompressed only once.
    point: VerifyingKey,
}

/// The cause why 32 bytes or a JWK are not an accepted key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// `x` is not canonical base64url of 32 bytes.
    Encoding,
    /// The bytes are no point of the curve.
    NotOnCurve,
    /// The bytes are a point, but not in the encoding of RFC 8032.
    NotCanonical,
    /// The point has order 1, 2, 4 or 8: every party can sign for it.
    SmallOrder,
    /// The point has a component of small order: verifiers differ on its signatures.
    Torsion,
    /// The JWK is no Ed25519 public key for signatures, because of this member.
    Jwk(&'static str),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding => f.write_str("`x` is not 43 characters of canonical base64url"),
            Self::NotOnCurve => f.write_str("not a point of the curve"),
            Self::NotCanonical => f.write_str("not the canonical encoding of its point"),
            Self::SmallOrder => f.write_str("a point of small order"),
            Self::Torsion => f.write_str("a point with a component of small order"),
            Self::Jwk(member) => write!(f, "not an Ed25519 public signature key, by its member `{member}`"),
        }
    }
}

impl core::error::Error for KeyError {}

impl PublicKey {
    /// A key from its 32 bytes (RFC 8032, section 5.1.5).
    ///
    /// # Errors
    /// [`KeyError`] if the bytes are no canonical point or the point is not torsion-free.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let point = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotOnCurve)?;
        let edwards = point.to_edwards();
        if edwards.compress().as_bytes() != bytes {
            return Err(KeyError::NotCanonical);
        }
        if edwards.is_small_order() {
            return Err(KeyError::SmallOrder);
        }
        if !edwards.is_torsion_free() {
            return Err(KeyError::Torsion);
        }
        let kid = thumbprint(&URL_SAFE_NO_PAD.encode(bytes));
        Ok(Self { kid, point })
    }

    /// A key from the `x` member of an OKP JWK (RFC 8037, section 2): 43 characters of base64url.
    /// Pins have this form, too.
    ///
    /// # Errors
    /// As [`Self::from_bytes`], and if `x` is not canonical base64url of 32 bytes.
    pub fn from_x(x: &str) -> Result<Self, KeyError> {
        let mut bytes = [0; 32];
        match URL_SAFE_NO_PAD.decode_slice(x, &mut bytes) {
            Ok(32) => Self::from_bytes(&bytes),
            _ => Err(KeyError::Encoding),
        }
    }

    /// A key from a JWK (RFC 7517 and 8037): `kty`, `crv` and `x`, and `use`, `alg` and `kid` if
    /// the JWK has them. A private key (`d`) is refused, other members are ignored.
    ///
    /// # Errors
    /// As [`Self::from_x`], and [`KeyError::Jwk`] if the JWK is of another kind, for another use or
    /// algorithm, or `kid` is not the thumbprint.
    pub fn from_jwk(jwk: &Json) -> Result<Self, KeyError> {
        Self::from_jwk_beside(jwk, &KeySet::default())
    }

    /// As [`Self::from_jwk`], but a key of `known` is reused, because the checks cost as much as a
    /// verification.
    pub(crate) fn from_jwk_beside(jwk: &Json, known: &KeySet) -> Result<Self, KeyError> {
        let x = jwk_x(jwk)?;
        let key = match known.find(&thumbprint(x)) {
            Some(key) => key.clone(),
            None => Self::from_x(x)?,
        };
        match jwk.member("kid") {
            Some(Json::Text(kid)) if *kid == key.kid => Ok(key),
            None => Ok(key),
            Some(_) => Err(KeyError::Jwk("kid")),
        }
    }

    /// The 32 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.point.to_bytes()
    }

    /// The `x` member of the JWK.
    #[must_use]
    pub fn x(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.point.as_bytes())
    }

    /// The thumbprint of RFC 7638 (SHA-256, base64url), used as `kid`.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key as a JWK (RFC 8037, section 2) with `kid` and `use`, as JSON text. The JWK has no
    /// `alg`, because the key has two names of its algorithm.
    #[must_use]
    pub fn to_jwk(&self) -> String {
        // Every value is base64url or a constant, so nothing needs escaping.
        format!(
            r#"{{"kty":"OKP","crv":"Ed25519","x":"{}","kid":"{}","use":"sig"}}"#,
            self.x(),
            self.kid
        )
    }

    /// The members of the JWK that its thumbprint covers (RFC 7638, section 3.2), and `more`, a
    /// member as JSON text. A reader computes the key id.
    pub(crate) fn to_bare_jwk(&self, more: Option<&str>) -> String {
        let comma = if more.is_some() { "," } else { "" };
        let more = more.unwrap_or_default();
        format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"{comma}{more}}}"#, self.x())
    }

    pub(crate) fn point(&self) -> &VerifyingKey {
        &self.point
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.point == other.point
    }
}

impl Eq for PublicKey {}

/// The `x` of a JWK that is an Ed25519 public key for signatures.
fn jwk_x(jwk: &Json) -> Result<&str, KeyError> {
    let says = |member, value: &str| matches!(jwk.member(member), Some(Json::Text(text)) if text == value);
    if !says("kty", "OKP") {
        return Err(KeyError::Jwk("kty"));
    }
    if !says("crv", "Ed25519") {
        return Err(KeyError::Jwk("crv"));
    }
    if jwk.member("d").is_some() {
        return Err(KeyError::Jwk("d"));
    }
    if jwk.member("use").is_some() && !says("use", "sig") {
        return Err(KeyError::Jwk("use"));
    }
    if jwk.member("alg").is_some() && !says("alg", "EdDSA") && !says("alg", "Ed25519") {
        return Err(KeyError::Jwk("alg"));
    }
    match jwk.member("x") {
        Some(Json::Text(x)) => Ok(x),
        _ => Err(KeyError::Jwk("x")),
    }
}

/// The thumbprint of RFC 7638, section 3: SHA-256 over the required members in lexical order.
fn thumbprint(x: &str) -> String {
    let required = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(required))
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
    pub fn find(&self, kid: &str) -> Option<&PublicKey> {
        self.0.iter().find(|key| key.kid == kid)
    }

    /// The keys, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &PublicKey> {
        self.0.iter()
    }
}
