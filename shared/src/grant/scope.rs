//! Scope strings, the language of the AgentWrit API: `action:resource:identifier`, split at the
//! first two colons. `*` is a wildcard only as the whole identifier, and matches any identifier
//! that is not empty; elsewhere it is a letter.

use super::Grant;
use super::Window;
use super::pattern::{self, Pattern};
use crate::limits::ACTION_BYTES;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A character of a scope token (RFC 6749, section 3.3): visible ASCII without `"` and `\`.
pub(super) fn is_scope_character(letter: char) -> bool {
    matches!(letter, '\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E')
}

pub(super) fn read(scope: &str) -> Result<Grant, String> {
    const FORM: &str = "expected `action:resource:identifier`";
    if let Some(letter) = scope.chars().find(|letter| !is_scope_character(*letter)) {
        return Err(format!(
            "a scope with `{}`, {FORM} of visible ASCII",
            letter.escape_debug()
        ));
    }
    let mut parts = scope.splitn(3, ':');
    let (Some(action), Some(resource), Some(identifier)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(format!("a scope of fewer than three parts, {FORM}"));
    };
    for (part, called) in [(action, "action"), (resource, "resource"), (identifier, "identifier")] {
        if part.is_empty() {
            return Err(format!("a scope with an empty {called}, {FORM}"));
        }
    }
    if action.len() > ACTION_BYTES {
        return Err(format!(
            "an action of {} bytes, the limit is {ACTION_BYTES}",
            action.len()
        ));
    }
    let pattern = to_pattern(resource, identifier).map_err(|error| format!("{error}"))?;
    Ok(Grant::build(
        Vec::from([action.into()]),
        Vec::from([pattern]),
        Vec::new(),
        None,
        Window::default(),
    ))
}

fn to_pattern(resource: &str, identifier: &str) -> Result<Pattern, pattern::PatternError> {
    match identifier {
        "*" => pattern::longer_than(&format!("{resource}:")),
        _ => pattern::literal(&format!("{resource}:{identifier}")),
    }
}

/// Writes the only candidate and reads it back. The candidate is the scope string of the grant if
/// the result is the grant.
pub(super) fn write(grant: &Grant) -> Option<String> {
    let ([action], [resource]) = (grant.actions.as_slice(), grant.resources.as_slice()) else {
        return None;
    };
    let resource = resource.as_scope_wildcard().or_else(|| resource.as_literal())?;
    let scope = format!("{action}:{resource}");
    let back = read(&scope).ok()?;
    (back == *grant).then_some(scope)
}
