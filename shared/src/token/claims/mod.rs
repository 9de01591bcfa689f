//! The claims of a writ, which the issuer writes and the edge reads.

use crate::grant::{Grant, Grants};
use crate::json::Json;
use crate::time::UnixSeconds;
use crate::token::TokenError;
use alloc::string::String;
use alloc::vec::Vec;

mod authority;
pub(crate) mod early;
mod read;
#[cfg(test)]
mod tests;
mod write;

/// The authority of a writ, in the spelling of its claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authority {
    /// `scope`: scope strings, in order. The issuer writes one space-separated string (RFC 8693,
    /// section 4.2); the reader also accepts an array.
    Scope(Vec<String>),
    /// `authorization_details`: structured grants (RFC 9396). The issuer keeps entries of other
    /// types, which grant nothing at an edge.
    Details(Vec<Grant>),
}

impl Authority {
    /// The grants, compiled for decisions.
    ///
    /// # Errors
    /// [`TokenError::Authority`] if a scope string is malformed.
    pub fn compile(&self) -> Result<Grants, TokenError> {
        authority::compile(self)
    }
}

/// The claims of a writ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The issuer, an https origin (or http on loopback).
    pub iss: String,
    /// The one audience.
    pub aud: String,
    /// The agent: `spiffe://<trust-domain>/agent/<orch>/<task>/<instance>`.
    pub sub: String,
    /// The client that requested the writ.
    pub client_id: String,
    /// The task, unique within its client.
    pub task_id: String,
    /// The orchestration.
    pub orch_id: String,
    /// The id of this writ.
    pub jti: String,
    /// The time of the signing.
    pub iat: UnixSeconds,
    /// The first second in which the writ is valid.
    pub nbf: UnixSeconds,
    /// The first second in which the writ has expired.
    pub exp: UnixSeconds,
    /// The authority.
    pub authority: Authority,
    /// The lineage: given with the first writ and kept by renewal.
    pub lin: String,
    /// The lineages of the writs from which this one was delegated, nearest last; at most
    /// [`crate::limits::DELEGATION_DEPTH`].
    pub anc: Vec<String>,
    /// `cnf.jkt` (RFC 9449, section 6.1): the thumbprint of the key whose proof the request must
    /// have.
    pub cnf_jkt: Option<String>,
    /// The public key of the agent from its registration, in padded base64. The key binds nothing:
    /// every holder of the writ can use the writ.
    pub agent_key: Option<String>,
}

impl Claims {
    /// Reads the payload of a writ. Unknown claims are ignored.
    ///
    /// A [`Json`] number has no spelling, so [`crate::token::Unverified::verify`] checks the digits
    /// of dates while the payload is still text.
    ///
    /// # Errors
    /// The [`TokenError`] of the first claim that is missing or malformed.
    pub fn read(payload: &Json) -> Result<Self, TokenError> {
        read::read_claims(payload)
    }

    /// The lineage of the first writ of the delegation: the furthest ancestor, or the lineage of
    /// this writ.
    #[must_use]
    pub fn root_lineage(&self) -> &str {
        self.anc.first().unwrap_or(&self.lin)
    }

    /// The payload as JSON text, members in a fixed order.
    #[must_use]
    pub fn to_json(&self) -> String {
        write::write_claims(self)
    }
}
