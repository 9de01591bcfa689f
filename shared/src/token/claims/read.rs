//! Reader of the claims of a writ.

use super::{Claims, authority};
use crate::json::Json;
use crate::limits::{CLAIM_BYTES, DELEGATION_DEPTH};
use crate::time::UnixSeconds;
use crate::token::TokenError;
use alloc::string::String;
use alloc::vec::Vec;

/// Characters of a SHA-256 thumbprint in base64url.
const THUMBPRINT_CHARACTERS: usize = 43;

pub(super) fn read_claims(payload: &Json) -> Result<Claims, TokenError> {
    Ok(Claims {
        iss: read_text(payload, "iss")?,
        aud: read_audience(payload.member("aud"))?.into(),
        sub: read_text(payload, "sub")?,
        client_id: read_text(payload, "client_id")?,
        task_id: read_text(payload, "task_id")?,
        orch_id: read_text(payload, "orch_id")?,
        jti: read_text(payload, "jti")?,
        iat: read_date(payload, "iat")?,
        nbf: read_date(payload, "nbf")?,
        exp: read_date(payload, "exp")?,
        lin: read_text(payload, "lin")?,
        anc: read_ancestors(payload)?,
        cnf_jkt: read_confirmation(payload)?,
        agent_key: read_optional(payload, "agent_key")?,
        authority: authority::read(payload)?,
    })
}

fn read_text(payload: &Json, name: &'static str) -> Result<String, TokenError> {
    bounded_text(payload.member(name))
        .map(String::from)
        .ok_or(TokenError::Claim {
            name,
            expected: "a string of 1 to 1024 bytes without control characters",
        })
}

fn read_optional(payload: &Json, name: &'static str) -> Result<Option<String>, TokenError> {
    payload.member(name).map(|_| read_text(payload, name)).transpose()
}

/// The text of a claim, if it can be kept, compared and logged without change.
fn bounded_text(value: Option<&Json>) -> Option<&str> {
    match value {
        Some(Json::Text(text)) if (1..=CLAIM_BYTES).contains(&text.len()) && !text.contains(char::is_control) => {
            Some(text)
        }
        _ => None,
    }
}

/// The one audience: a string, or an array of one (RFC 7519, section 4.1.3).
pub(super) fn read_audience(aud: Option<&Json>) -> Result<&str, TokenError> {
    let one = match aud {
        Some(Json::List(items)) => match items.as_slice() {
            [one] => Some(one),
            _ => None,
        },
        other => other,
    };
    bounded_text(one).ok_or(TokenError::Audience {
        found: "not exactly one".into(),
    })
}

fn read_date(payload: &Json, name: &'static str) -> Result<UnixSeconds, TokenError> {
    match payload.member(name) {
        Some(Json::Number(number)) => number.as_u64().map(UnixSeconds),
        _ => None,
    }
    .ok_or(TokenError::Date { name })
}

fn read_ancestors(payload: &Json) -> Result<Vec<String>, TokenError> {
    let ancestors = match payload.member("anc") {
        None => Some(Vec::new()),
        Some(Json::List(items)) if items.len() <= DELEGATION_DEPTH => items
            .iter()
            .map(|item| bounded_text(Some(item)).map(String::from))
            .collect(),
        Some(_) => None,
    };
    ancestors.ok_or(TokenError::Claim {
        name: "anc",
        expected: "an array of at most 5 lineages",
    })
}

/// `cnf.jkt` as the only member: another method of confirmation would stay unchecked.
fn read_confirmation(payload: &Json) -> Result<Option<String>, TokenError> {
    let Some(cnf) = payload.member("cnf") else {
        return Ok(None);
    };
    match cnf {
        Json::Object(members) => match members.as_slice() {
            [(name, Json::Text(jkt))] if name == "jkt" && is_thumbprint(jkt) => Some(Some(jkt.clone())),
            _ => None,
        },
        _ => None,
    }
    .ok_or(TokenError::Claim {
        name: "cnf",
        expected: "an object with a thumbprint as `jkt` and nothing else",
    })
}

fn is_thumbprint(text: &str) -> bool {
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.len() == THUMBPRINT_CHARACTERS && text.bytes().all(base64url)
}
