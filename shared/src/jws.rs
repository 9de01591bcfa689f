//! JWS compact serialisation (RFC 7515, section 7.1), as narrow as it can be: `alg`, `kid`, `typ` and nothing else in the
//! header, canonical base64url, one signature.

use alloc::string::String;

/// What kind of document a JWS is. Every reader accepts one kind and every kind is signed by a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A writ: `at+jwt` (RFC 9068).
    Writ,
    /// A bundle of keys and revocations: `edgewrit-bundle+jwt`.
    Bundle,
}

/// The names by which Ed25519 signatures go in a header. What is accepted is decided by the key, never by the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// `EdDSA` (RFC 8037), what deployed verifiers accept.
    EdDsa,
    /// `Ed25519` (RFC 9864).
    Ed25519,
}

/// Why bytes are not a JWS that is read here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JwsError {}

/// A parsed, unverified JWS. Its payload is out of reach until the signature has been checked, but for [`Jws::claims_unverified`].
#[derive(Debug)]
pub struct Jws<'a> {
    _signing_input: &'a str,
}

/// What is to be signed: header and payload, encoded and joined.
#[derive(Debug)]
pub struct SigningInput(String);

impl SigningInput {
    /// Header and payload for a document of `kind`, signed with `algorithm` by the key whose id is `kid`.
    #[must_use]
    pub fn new(_kind: Kind, _algorithm: Algorithm, _kid: &str, _payload: &[u8]) -> Self {
        todo!()
    }
    /// The bytes to sign.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
    /// The finished JWS.
    #[must_use]
    pub fn attach(self, _signature: &[u8; 64]) -> String {
        todo!()
    }
}
