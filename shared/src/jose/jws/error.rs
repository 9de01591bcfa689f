//! Causes why bytes are not an accepted JWS.

use crate::json::{EscapedInput, JsonError};
use alloc::string::String;
use core::fmt;

/// The cause why bytes are not an accepted JWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JwsError {
    /// The JWS is longer than the limit of the reader, in bytes.
    TooLong {
        /// The limit.
        most: usize,
    },
    /// A JWS in JSON serialisation (RFC 7515, section 7.2).
    JsonSerialisation,
    /// Five parts: a JWE (RFC 7516).
    Encrypted,
    /// There are not three parts.
    Parts {
        /// The number of parts.
        found: usize,
    },
    /// A part is empty.
    EmptyPart(JwsPart),
    /// A part is not base64url, has padding, or has bits set that encode nothing (RFC 4648, section
    /// 3.5).
    Base64(JwsPart),
    /// The signature is not 64 bytes.
    SignatureLength,
    /// The header is not strict JSON.
    Header(JsonError),
    /// The header is JSON, but no object.
    HeaderShape,
    /// This member of `alg`, `kid` and `typ` is missing or no string.
    HeaderMember(&'static str),
    /// `alg` is neither `EdDSA` nor `Ed25519`.
    Algorithm {
        /// The algorithm of the header.
        found: String,
    },
    /// `typ` is not the type of the expected kind.
    Type {
        /// The type of the header.
        found: String,
        /// The expected type.
        expected: &'static str,
    },
    /// The header has `crit`: extensions that must be understood (RFC 7515, section 4.1.11).
    Critical,
    /// The header has `b64`: an unencoded payload (RFC 7797).
    Unencoded,
    /// The header brings its own key.
    KeyBrought(KeyHeader),
    /// The header has a member besides `alg`, `kid` and `typ`.
    UnknownMember {
        /// The name of the member.
        name: String,
    },
}

/// A header member by which the sender of a JWS names the key for its verification (RFC 7515,
/// sections 4.1.2, 4.1.3 and 4.1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyHeader {
    /// `jku`, the URL of a key set.
    Jku,
    /// `jwk`, the key.
    Jwk,
    /// `x5u`, the URL of a certificate.
    X5u,
}

impl fmt::Display for KeyHeader {
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
    /// The first part.
    Header,
    /// The second part.
    Payload,
    /// The third part.
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
                write!(
                    f,
                    "header: `alg` is `{}`, expected `EdDSA` or `Ed25519`",
                    EscapedInput(found)
                )
            }
            Self::Type { found, expected } => {
                write!(f, "header: `typ` is `{}`, expected `{expected}`", EscapedInput(found))
            }
            Self::Critical => f.write_str("header: `crit` is not accepted"),
            Self::Unencoded => f.write_str("header: `b64` is not accepted"),
            Self::KeyBrought(by) => write!(f, "header: `{by}` is not accepted, keys come from the issuer's bundle"),
            Self::UnknownMember { name } => write!(
                f,
                "header: unknown member `{}`, expected `alg`, `kid` and `typ`",
                EscapedInput(name)
            ),
        }
    }
}

impl core::error::Error for JwsError {}
