//! Why bytes are not a JWS that is read here.

use crate::json::{JsonError, Shown};
use alloc::string::String;
use core::fmt;

/// Why bytes are not a JWS that is read here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JwsError {
    /// Longer than the reader's limit, in bytes.
    TooLong {
        /// The limit.
        most: usize,
    },
    /// A JWS in JSON serialisation (RFC 7515, section 7.2).
    JsonSerialisation,
    /// Five parts: a JWE (RFC 7516).
    Encrypted,
    /// Not three parts.
    Parts {
        /// How many there are.
        found: usize,
    },
    /// A part is empty.
    EmptyPart(JwsPart),
    /// A part is not base64url, has padding, or has bits set that encode nothing (RFC 4648, section 3.5).
    Base64(JwsPart),
    /// The signature is not 64 bytes.
    SignatureLength,
    /// The header is not strict JSON.
    Header(JsonError),
    /// The header is JSON, but no object.
    HeaderShape,
    /// `alg`, `kid` or `typ` is missing or no string; which.
    HeaderMember(&'static str),
    /// `alg` is neither `EdDSA` nor `Ed25519`.
    Algorithm {
        /// What it is.
        found: String,
    },
    /// `typ` is not that of the expected kind.
    Type {
        /// What it is.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
    /// `crit`: extensions that must be understood (RFC 7515, section 4.1.11).
    Critical,
    /// `b64`: an unencoded payload (RFC 7797).
    Unencoded,
    /// A key that the sender brings along.
    KeyBrought(Brought),
    /// A member that is none of `alg`, `kid` and `typ`.
    UnknownMember {
        /// Its name.
        name: String,
    },
}

/// A header member by which the sender of a JWS says what key to verify it with (RFC 7515, sections 4.1.2, 4.1.3 and 4.1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brought {
    /// `jku`, the URL of a key set.
    Jku,
    /// `jwk`, the key.
    Jwk,
    /// `x5u`, the URL of a certificate.
    X5u,
}

impl fmt::Display for Brought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jku => "jku",
            Self::Jwk => "jwk",
            Self::X5u => "x5u",
        })
    }
}

/// A part of a compact JWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwsPart {
    /// The first.
    Header,
    /// The second.
    Payload,
    /// The third.
    Signature,
}

impl fmt::Display for JwsPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        })
    }
}

impl fmt::Display for JwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { most } => write!(f, "longer than {most} bytes"),
            Self::JsonSerialisation => f.write_str("a JWS in JSON serialisation, expected the compact one"),
            Self::Encrypted => f.write_str("five parts, as a JWE has; expected the three of a JWS"),
            Self::Parts { found } => write!(f, "{found} parts separated by `.`, expected 3"),
            Self::EmptyPart(part) => write!(f, "the {part} is empty"),
            Self::Base64(part) => write!(f, "the {part} is not canonical base64url without padding"),
            Self::SignatureLength => f.write_str("the signature is not 64 bytes"),
            Self::Header(error) => write!(f, "header: {error}"),
            Self::HeaderShape => f.write_str("header: expected an object"),
            Self::HeaderMember(name) => write!(f, "header: expected `{name}` to be a string"),
            Self::Algorithm { found } => {
                write!(f, "header: `alg` is `{}`, expected `EdDSA` or `Ed25519`", Shown(found))
            }
            Self::Type { found, expected } => {
                write!(f, "header: `typ` is `{}`, expected `{expected}`", Shown(found))
            }
            Self::Critical => f.write_str("header: `crit` is not accepted"),
            Self::Unencoded => f.write_str("header: `b64` is not accepted"),
            Self::KeyBrought(by) => write!(f, "header: `{by}` is not accepted, keys come from the issuer's bundle"),
            Self::UnknownMember { name } => write!(
                f,
                "header: unknown member `{}`, expected `alg`, `kid` and `typ`",
                Shown(name)
            ),
        }
    }
}

impl core::error::Error for JwsError {}
