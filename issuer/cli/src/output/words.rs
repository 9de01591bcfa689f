//! JSON values and grants as text for people.

use edgewrit_issuer::rfc3339;
use edgewrit_shared::json::Json;
use edgewrit_shared::time::UnixSeconds;
use std::fmt::Write as _;

/// The grant that `grant` is as JSON: actions, resources, rules, uses and window.
pub(crate) fn grant_to_words(grant: &Json) -> String {
    if !matches!(grant.member("type"), Some(Json::Text(kind)) if kind == "writ") {
        return "of another type: permits nothing at an edge".to_owned();
    }
    let mut words = match grant.member("scope") {
        Some(scope) => value_to_words(scope),
        None => format!(
            "{} on {}",
            list_to_words(grant.member("actions")),
            list_to_words(grant.member("resources"))
        ),
    };
    if let Some(Json::Object(rules)) = grant.member("rules") {
        let rules: Vec<_> = rules
            .iter()
            .map(|(name, rule)| format!("{} {}", visible(name), rule_to_words(rule)))
            .collect();
        let _infallible = write!(words, ", if {}", rules.join(" and "));
    }
    if let Some(uses) = grant.member("uses") {
        let max = uses.member("max").map_or("?".to_owned(), value_to_words);
        let _infallible = write!(words, ", {max} in all");
        if let Some(allowance) = uses.member("allowance") {
            let _infallible = write!(words, " (counted by {})", value_to_words(allowance));
        }
    }
    for (bound, said) in [("not_before", "from"), ("not_after", "until")] {
        if let Some(moment) = grant.member(bound) {
            let _infallible = write!(
                words,
                ", {said} {}",
                date_to_words(moment).unwrap_or_else(|| value_to_words(moment))
            );
        }
    }
    words
}

fn list_to_words(items: Option<&Json>) -> String {
    match items {
        Some(Json::List(items)) => items.iter().map(value_to_words).collect::<Vec<_>>().join(" or "),
        _ => "?".to_owned(),
    }
}

/// A rule in words: all of its kinds must hold.
fn rule_to_words(rule: &Json) -> String {
    match rule {
        Json::Object(kinds) => {
            let kinds: Vec<_> = kinds
                .iter()
                .map(|(kind, value)| format!("{} {}", visible(kind), value_to_words(value)))
                .collect();
            kinds.join(" and ")
        }
        other => value_to_words(other),
    }
}

/// A JSON value as text for people.
pub(crate) fn value_to_words(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) => number.to_string(),
        Json::Text(text) => visible(text),
        Json::List(items) => format!("[{}]", items.iter().map(value_to_words).collect::<Vec<_>>().join(", ")),
        Json::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("{}: {}", visible(name), value_to_words(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}

/// Text that cannot move the cursor, break the line or turn its direction, whatever a forged token
/// contains.
pub(crate) fn visible(text: &str) -> String {
    edgewrit_shared::json::text::visible(text).into_owned()
}

fn date_to_words(time: &Json) -> Option<String> {
    match time {
        Json::Number(number) => number.as_u64().map(UnixSeconds).map(rfc3339::write),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgewrit_shared::json;

    fn read(text: &str) -> Json {
        json::parse(text.as_bytes(), 1_000).unwrap()
    }

    #[test]
    fn a_grant_is_said_in_words() {
        let text = r#"{"type":"writ","actions":["book"],"resources":["tickets"],
            "rules":{"user":{"eq":"X"},"seats":{"min":1,"max":2}},"uses":{"max":1,"allowance":"a1"}}"#;
        assert_eq!(
            grant_to_words(&read(text)),
            "book on tickets, if user eq X and seats min 1 and max 2, 1 in all (counted by a1)"
        );
        assert_eq!(
            grant_to_words(&read(r#"{"type":"other"}"#)),
            "of another type: permits nothing at an edge"
        );
        assert_eq!(
            grant_to_words(&read(r#"{"type":"writ","scope":"read:data:*"}"#)),
            "read:data:*"
        );
        let text =
            r#"{"type":"writ","actions":["a"],"resources":["r"],"not_before":1778414400,"not_after":1778415000}"#;
        assert_eq!(
            grant_to_words(&read(text)),
            "a on r, from 2026-05-10T12:00:00Z, until 2026-05-10T12:10:00Z"
        );
    }
}
