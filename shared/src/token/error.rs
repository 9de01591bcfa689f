//! Causes why a token is not a valid writ.

use crate::jose::jws::{JwsError, KeyHeader};
use crate::json::{EscapedInput, JsonError};
use crate::time::UnixSeconds;
use alloc::string::String;
use core::fmt;

/// The cause why a token is not a valid writ. Each has a stable label that contains no input. The
/// text of `Display` is for the log and contains bounded, escaped input, never the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// The token is not an accepted JWS.
    Jws(JwsError),
    /// No valid key has this id.
    Key {
        /// The key id.
        kid: String,
    },
    /// The payload is not strict JSON.
    Payload(JsonError),
    /// A claim is missing or malformed.
    Claim {
        /// The name of the claim.
        name: &'static str,
        /// The expected form.
        expected: &'static str,
    },
    /// `iat`, `nbf` or `exp` is missing or not written as a whole number of seconds in digits.
    Date {
        /// The name of the claim.
        name: &'static str,
    },
    /// The writ is of another issuer.
    Issuer {
        /// The issuer that it names.
        found: String,
    },
    /// The writ is for another audience, or not for exactly one.
    Audience {
        /// The audience that it names.
        found: String,
    },
    /// The writ has expired: `now >= exp`.
    Expired {
        /// The claim `exp`.
        exp: UnixSeconds,
        /// The current time.
        now: UnixSeconds,
    },
    /// `nbf` or `iat` is further in the future than [`crate::limits::CLOCK_TOLERANCE`].
    NotYet {
        /// The name of the claim.
        claim: &'static str,
        /// The time of the claim.
        from: UnixSeconds,
        /// The current time.
        now: UnixSeconds,
    },
    /// `exp - iat` is more than the configured life, or not positive.
    Life {
        /// The claim `iat`.
        iat: UnixSeconds,
        /// The claim `exp`.
        exp: UnixSeconds,
        /// The longest life, in seconds.
        most: u64,
    },
    /// The key did not make the signature.
    Signature,
    /// The writ has both, neither or an empty one of `scope` and `authorization_details`, or one
    /// that grants nothing here or is malformed.
    Authority {
        /// The fault of the claim.
        reason: String,
    },
    /// The writ is revoked.
    Revoked {
        /// The name of the level, as in [`crate::bundle::revocation::Level::name`].
        level: &'static str,
    },
}

impl TokenError {
    /// The stable label, such as `token_expired`.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Jws(error) => jws_label(error),
            Self::Key { .. } => "token_key",
            Self::Payload(JsonError::Duplicate { .. }) => "token_duplicate",
            Self::Payload(_) => "token_payload",
            Self::Claim { .. } => "token_claims",
            Self::Date { .. } => "token_date",
            Self::Issuer { .. } => "token_issuer",
            Self::Audience { .. } => "token_audience",
            Self::Expired { .. } => "token_expired",
            Self::NotYet { .. } => "token_not_yet",
            Self::Life { .. } => "token_life",
            Self::Signature => "token_signature",
            Self::Authority { .. } => "token_authority",
            Self::Revoked { .. } => "token_revoked",
        }
    }
}

const fn jws_label(error: &JwsError) -> &'static str {
    match error {
        JwsError::TooLong { .. } => "token_too_long",
        JwsError::JsonSerialisation => "token_json_serialisation",
        JwsError::Encrypted => "token_encrypted",
        JwsError::Parts { .. } | JwsError::EmptyPart(_) | JwsError::SignatureLength => "token_malformed",
        JwsError::Base64(_) => "token_base64",
        JwsError::Header(JsonError::Duplicate { .. }) => "token_header_duplicate",
        JwsError::Header(_) | JwsError::HeaderShape | JwsError::HeaderMember(_) => "token_header",
        JwsError::Algorithm { .. } => "token_algorithm",
        JwsError::Type { .. } => "token_type",
        JwsError::Critical => "token_header_crit",
        JwsError::Unencoded => "token_header_b64",
        JwsError::KeyBrought(KeyHeader::Jwk) => "token_header_jwk",
        JwsError::KeyBrought(KeyHeader::Jku) => "token_header_jku",
        JwsError::KeyBrought(KeyHeader::X5u) => "token_header_x5u",
        JwsError::UnknownMember { .. } => "token_header_unknown",
    }
}

impl From<JwsError> for TokenError {
    fn from(error: JwsError) -> Self {
        Self::Jws(error)
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jws(error) => error.fmt(f),
            Self::Key { kid } => write!(f, "header: no usable key has the id `{}`", EscapedInput(kid)),
            Self::Payload(error) => write!(f, "payload: {error}"),
            Self::Claim { name, expected } => write!(f, "claim `{name}`: expected {expected}"),
            Self::Date { name } => write!(
                f,
                "claim `{name}`: expected a whole number of seconds, spelled in digits"
            ),
            Self::Issuer { found } => write!(f, "claim `iss`: `{}` is another issuer", EscapedInput(found)),
            Self::Audience { found } => write!(f, "claim `aud`: `{}` is another audience", EscapedInput(found)),
            Self::Expired { exp, now } => write!(f, "claim `exp`: {} is not after now, {}", exp.0, now.0),
            Self::NotYet { claim, from, now } => {
                write!(f, "claim `{claim}`: {} is in the future, now is {}", from.0, now.0)
            }
            Self::Life { iat, exp, most } => write!(
                f,
                "claim `exp`: {} is not within 1 to {most} seconds after `iat`, {}",
                exp.0, iat.0
            ),
            Self::Signature => f.write_str("the signature is not the key's"),
            Self::Authority { reason } => f.write_str(reason),
            Self::Revoked { level } => write!(f, "revoked, by {level}"),
        }
    }
}

impl core::error::Error for TokenError {}
