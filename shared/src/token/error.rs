//! Causes why a token is not a valid writ.

use crate::jose::jws::{JwsError, KeyHeader};
use crate::json::{EscapedInput, JsonError};
use crate::reason::Reason;
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
    /// `exp - iat` is more than the configured lifetime, or not positive.
    Life {
        /// The claim `iat`.
        iat: UnixSeconds,
        /// The claim `exp`.
        exp: UnixSeconds,
        /// The longest lifetime, in seconds.
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
        self.reason().label()
    }

    /// The reason of the refusal.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Jws(error) => jws_reason(error),
            Self::Key { .. } => Reason::TokenKey,
            Self::Payload(JsonError::Duplicate { .. }) => Reason::TokenDuplicate,
            Self::Payload(_) => Reason::TokenPayload,
            Self::Claim { .. } => Reason::TokenClaims,
            Self::Date { .. } => Reason::TokenDate,
            Self::Issuer { .. } => Reason::TokenIssuer,
            Self::Audience { .. } => Reason::TokenAudience,
            Self::Expired { .. } => Reason::TokenExpired,
            Self::NotYet { .. } => Reason::TokenNotYet,
            Self::Life { .. } => Reason::TokenLife,
            Self::Signature => Reason::TokenSignature,
            Self::Authority { .. } => Reason::TokenAuthority,
            Self::Revoked { .. } => Reason::TokenRevoked,
        }
    }
}

const fn jws_reason(error: &JwsError) -> Reason {
    match error {
        JwsError::TooLong { .. } => Reason::TokenTooLong,
        JwsError::JsonSerialisation => Reason::TokenJsonSerialisation,
        JwsError::Encrypted => Reason::TokenEncrypted,
        JwsError::Parts { .. } | JwsError::EmptyPart(_) | JwsError::SignatureLength => Reason::TokenMalformed,
        JwsError::Base64(_) => Reason::TokenBase64,
        JwsError::Header(JsonError::Duplicate { .. }) => Reason::TokenHeaderDuplicate,
        JwsError::Header(_) | JwsError::HeaderShape | JwsError::HeaderMember(_) => Reason::TokenHeader,
        JwsError::Algorithm { .. } => Reason::TokenAlgorithm,
        JwsError::Type { .. } => Reason::TokenType,
        JwsError::Critical => Reason::TokenHeaderCrit,
        JwsError::Unencoded => Reason::TokenHeaderB64,
        JwsError::KeyBrought(KeyHeader::Jwk) => Reason::TokenHeaderJwk,
        JwsError::KeyBrought(KeyHeader::Jku) => Reason::TokenHeaderJku,
        JwsError::KeyBrought(KeyHeader::X5u) => Reason::TokenHeaderX5u,
        JwsError::UnknownMember { .. } => Reason::TokenHeaderUnknown,
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
