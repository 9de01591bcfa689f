//! The claims of a writ: what the issuer writes and the edge reads.

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

/// The authority of a writ, in the one spelling it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authority {
    /// `scope`: scope strings, in order. Written as one space-separated string (RFC 8693, section 4.2); an array is read too.
    Scope(Vec<String>),
    /// `authorization_details`: structured grants (RFC 9396). Entries of other types are kept by the issuer and grant nothing here.
    Details(Vec<Grant>),
}

impl Authority {
    /// The grants, ready to be asked.
    ///
    /// # Errors
    /// [`TokenError::Authority`] if a scope string is not one.
    pub fn compile(&self) -> Result<Grants, TokenError> {
        authority::compile(self)
    }
}

/// The claims of a writ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Issuer, an https origin (or http to loopback).
    pub iss: String,
    /// The one audience.
    pub aud: String,
    /// The agent: `spiffe://<trust-domain>/agent/<orch>/<task>/<instance>`.
    pub sub: String,
    /// The client that asked.
    pub client_id: String,
    /// The task, unique within its client.
    pub task_id: String,
    /// The orchestration.
    pub orch_id: String,
    /// Id of this writ.
    pub jti: String,
    /// When it was signed.
    pub iat: UnixSeconds,
    /// From when it counts.
    pub nbf: UnixSeconds,
    /// From when it no longer counts.
    pub exp: UnixSeconds,
    /// What it grants.
    pub authority: Authority,
    /// Lineage: given at first issue, kept by renewal.
    pub lin: String,
    /// Lineages of the writs this one was delegated from, nearest last; at most [`crate::limits::DELEGATION_DEPTH`].
    pub anc: Vec<String>,
    /// `cnf.jkt` (RFC 9449, section 6.1): thumbprint of the key whose proof must come along.
    pub cnf_jkt: Option<String>,
    /// The agent's own public key as it registered it, in padded base64. It binds nothing: whoever bears the writ can use it.
    pub agent_key: Option<String>,
}

impl Claims {
    /// Reads the payload of a writ. Claims that are not described here are ignored.
    ///
    /// A [`Json`] number has no spelling any more: that dates are spelled as whole numbers is checked where the payload is still
    /// text, in [`crate::token::Unverified::verify`].
    ///
    /// # Errors
    /// The [`TokenError`] of the first claim that is missing or not of its form.
    pub fn read(payload: &Json) -> Result<Self, TokenError> {
        read::read_claims(payload)
    }

    /// The lineage of the writ that all delegation began with: the furthest ancestor's, or the writ's own.
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
