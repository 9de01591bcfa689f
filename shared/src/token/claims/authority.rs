//! The authority of a writ: exactly one of `scope` and `authorization_details`, and not empty.

use super::Authority;
use crate::grant::{Grant, Grants};
use crate::json::document::{Faults, Node};
use crate::json::{EscapedInput, Json};
use crate::limits::GRANTS_PER_WRIT;
use crate::token::TokenError;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

const SCOPE: &str = "scope";
const DETAILS: &str = "authorization_details";

pub(super) fn read(payload: &Json) -> Result<Authority, TokenError> {
    match (payload.member(SCOPE), payload.member(DETAILS)) {
        (Some(scope), None) => Ok(Authority::Scope(read_scopes(scope)?)),
        (None, Some(details)) => Ok(Authority::Details(read_grants(details)?)),
        (Some(_), Some(_)) => refuse(format!("both `{SCOPE}` and `{DETAILS}`, expected one of them")),
        (None, None) => refuse(format!("neither `{SCOPE}` nor `{DETAILS}`, expected one of them")),
    }
}

/// The grants of an authority, compiled.
pub(super) fn compile(authority: &Authority) -> Result<Grants, TokenError> {
    let grants = match authority {
        Authority::Details(grants) => grants.clone(),
        Authority::Scope(scopes) => scopes
            .iter()
            .map(|scope| compile_scope(scope))
            .collect::<Result<_, _>>()?,
    };
    Ok(Grants::new(grants))
}

fn compile_scope(scope: &str) -> Result<Grant, TokenError> {
    Grant::from_scope(scope).or_else(|reason| refuse(format!("claim `{SCOPE}`: {reason}")))
}

/// Scope strings, separated by single spaces or as the elements of an array.
fn read_scopes(value: &Json) -> Result<Vec<String>, TokenError> {
    let scopes: Option<Vec<String>> = match value {
        Json::Text(text) => Some(text.split(' ').map(String::from).collect()),
        Json::List(items) => items.iter().map(text).collect(),
        _ => None,
    };
    let Some(scopes) = scopes else {
        return refuse(format!("claim `{SCOPE}`: expected a string or an array of strings"));
    };
    if scopes.is_empty() || scopes.len() > GRANTS_PER_WRIT {
        return refuse(format!(
            "claim `{SCOPE}`: {} scope strings, expected 1 to {GRANTS_PER_WRIT}",
            scopes.len()
        ));
    }
    match scopes.iter().find(|scope| scope.is_empty() || scope.contains(' ')) {
        None => Ok(scopes),
        Some(scope) => refuse(format!(
            "claim `{SCOPE}`: `{}` is no scope string, expected them separated by single spaces",
            EscapedInput(scope)
        )),
    }
}

fn text(item: &Json) -> Option<String> {
    match item {
        Json::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// The structured grants of type `writ`. Entries of other types grant nothing (RFC 9396, section 2:
/// each type is a language of its own), so a writ with only such entries permits nothing. A list
/// without entries is no authority.
fn read_grants(value: &Json) -> Result<Vec<Grant>, TokenError> {
    if matches!(value, Json::List(entries) if entries.is_empty()) {
        return refuse(format!("claim `{DETAILS}`: no entries, expected at least one"));
    }
    let faults = Faults::new();
    let entries = Node::at(&format!("/{DETAILS}"), value, &faults).list(GRANTS_PER_WRIT);
    let grants = entries.unwrap_or_default().iter().filter_map(read_grant).collect();
    match faults.into_list().kept().first() {
        Some(fault) => refuse(fault.to_string()),
        None => Ok(grants),
    }
}

fn read_grant(entry: &Node<'_>) -> Option<Grant> {
    match entry.json().member("type") {
        Some(Json::Text(own)) if own == "writ" => Grant::read(entry),
        Some(Json::Text(_)) => None,
        _ => entry.expected("an object with a string `type`"),
    }
}

fn refuse<T>(reason: String) -> Result<T, TokenError> {
    Err(TokenError::Authority { reason })
}
