//! JWS compact serialisation (RFC 7515, section 7.1) in its narrowest form: only `alg`, `kid` and
//! `typ` in the header, canonical base64url, one signature.
//!
//! `typ` is compared byte for byte. RFC 7515, section 4.1.9, reads `application/at+jwt` and
//! `AT+JWT` as `at+jwt`. This reader refuses them, because a cache and a log would treat two
//! spellings as two documents, and the issuer never writes them.

use crate::jose::keys::PublicKey;
use crate::jose::signature::{BadSignature, SignatureValid, Verify};
use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use core::fmt;

mod error;
mod header;
#[cfg(test)]
mod tests;

pub use error::{JwsError, JwsPart, KeyHeader};

use header::JoseHeader;

/// The kind of document in a JWS. Every reader accepts one kind, and every kind has signing keys of
/// its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwsKind {
    /// A writ: `at+jwt` (RFC 9068).
    Writ,
    /// A bundle of keys and revocations: `edgewrit-bundle+jwt`.
    Bundle,
    /// The session of a client at the issuer, which no edge accepts: `edgewrit-session+jwt`.
    Session,
    /// A checkpoint: the position and hash of the audit chain of the issuer,
    /// `edgewrit-checkpoint+jwt`.
    Checkpoint,
}

impl JwsKind {
    /// The `typ` of a document of this kind.
    #[must_use]
    pub const fn typ(self) -> &'static str {
        match self {
            Self::Writ => "at+jwt",
            Self::Bundle => "edgewrit-bundle+jwt",
            Self::Session => "edgewrit-session+jwt",
            Self::Checkpoint => "edgewrit-checkpoint+jwt",
        }
    }
}

/// The names of Ed25519 signatures in a header. The key decides about a signature, never the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// `EdDSA` (RFC 8037), which deployed verifiers accept.
    EdDsa,
    /// `Ed25519` (RFC 9864).
    Ed25519,
}

impl Algorithm {
    /// The name in a header's `alg`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Ed25519 => "Ed25519",
        }
    }
}

/// A parsed, unverified JWS, whose payload is accessible only after the check of the signature,
/// except by [`Jws::payload_unverified`].
pub struct Jws<'a> {
    signing_input: &'a str,
    kid: String,
    payload: Vec<u8>,
    signature: [u8; 64],
}

impl fmt::Debug for Jws<'_> {
    /// Writes the key id, and no text that could be used as the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jws").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl<'a> Jws<'a> {
    /// Parses a compact JWS of `kind` with at most `most` bytes.
    ///
    /// # Errors
    /// The first fault, as a [`JwsError`].
    pub fn parse(text: &'a str, kind: JwsKind, most: usize) -> Result<Self, JwsError> {
        if text.len() > most {
            return Err(JwsError::TooLong { most });
        }
        let (signing_input, parts) = split_parts(text)?;
        let [header, payload, signature] = parts;
        let header = decode_part(JwsPart::Header, header)?;
        let payload = decode_part(JwsPart::Payload, payload)?;
        let signature = decode_part(JwsPart::Signature, signature)?;
        Ok(Self {
            signing_input,
            kid: JoseHeader::read(&header, kind)?.kid,
            payload,
            signature: signature.try_into().map_err(|_| JwsError::SignatureLength)?,
        })
    }

    /// The id of the key in the unverified header.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The unauthenticated payload: for an early refusal, never for a permit.
    #[must_use]
    pub fn payload_unverified(&self) -> &[u8] {
        &self.payload
    }

    /// The payload, if `key` signed it.
    ///
    /// # Errors
    /// [`BadSignature`] if it did not.
    pub fn verify(self, key: &PublicKey, with: &impl Verify) -> Result<Signed, BadSignature> {
        let proof = with.verify(key, self.signing_input.as_bytes(), &self.signature)?;
        Ok(Signed {
            payload: self.payload,
            _proof: proof,
        })
    }
}

/// A payload with a verified signature. Only [`Jws::verify`] makes it.
#[derive(Debug)]
pub struct Signed {
    payload: Vec<u8>,
    _proof: SignatureValid,
}

impl Signed {
    /// The payload.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }
}

/// The bytes to sign: header and payload, encoded and joined.
#[derive(Debug)]
pub struct SigningInput(String);

impl SigningInput {
    /// The signing input of a document of `kind`, for a signature with `algorithm` by the key whose
    /// id is `kid`.
    ///
    /// `kid` is a thumbprint in base64url, so it needs no escape.
    #[must_use]
    pub fn new(kind: JwsKind, algorithm: Algorithm, kid: &str, payload: &[u8]) -> Self {
        let header = header::write(kind, algorithm, kid);
        let mut text = URL_SAFE_NO_PAD.encode(header);
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut text);
        Self(text)
    }

    /// The bytes to sign.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The complete JWS with this signature.
    #[must_use]
    pub fn attach(self, signature: &[u8; 64]) -> String {
        let mut text = self.0;
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut text);
        text
    }
}

/// The signed text, and the three parts.
fn split_parts(text: &str) -> Result<(&str, [&str; 3]), JwsError> {
    if text.starts_with('{') {
        return Err(JwsError::JsonSerialisation);
    }
    let found = text.split('.').count();
    if found == 5 {
        return Err(JwsError::Encrypted);
    }
    text.rsplit_once('.')
        .and_then(|(signing_input, signature)| {
            let (header, payload) = signing_input.split_once('.')?;
            (found == 3).then_some((signing_input, [header, payload, signature]))
        })
        .ok_or(JwsError::Parts { found })
}

fn decode_part(part: JwsPart, text: &str) -> Result<Vec<u8>, JwsError> {
    if text.is_empty() {
        return Err(JwsError::EmptyPart(part));
    }
    URL_SAFE_NO_PAD.decode(text).map_err(|_| JwsError::Base64(part))
}
