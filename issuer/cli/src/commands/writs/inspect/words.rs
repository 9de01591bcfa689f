//! A writ in words.

use edgewrit_issuer::rfc3339;
use edgewrit_shared::json::Json;
use edgewrit_shared::time::UnixSeconds;
use std::fmt::Write as _;

/// Claims in the order in which they are shown.
const TEXTS: [(&str, &str); 8] = [
    ("iss", "issuer"),
    ("aud", "audience"),
    ("sub", "agent"),
    ("client_id", "client"),
    ("orch_id", "orchestration"),
    ("task_id", "task"),
    ("jti", "id"),
    ("lin", "lineage"),
];
const TIMES: [(&str, &str); 3] = [("iat", "issued"), ("nbf", "counts from"), ("exp", "expires")];

/// What the token says, whoever wrote it.
pub(super) fn describe(header: &Json, payload: &Json, now: UnixSeconds) -> Vec<String> {
    let mut lines = Vec::new();
    for name in ["typ", "alg", "kid"] {
        lines.push(line(name, &header.member(name).map_or("missing".to_owned(), shown)));
    }
    for (claim, name) in TEXTS {
        lines.push(line(name, &payload.member(claim).map_or("missing".to_owned(), shown)));
    }
    for (claim, name) in TIMES {
        lines.push(line(
            name,
            &payload
                .member(claim)
                .map_or("missing".to_owned(), |time| moment(time, now)),
        ));
    }
    lines.push("grants".to_owned());
    lines.extend(grants(payload).into_iter().map(|grant| format!("  - {grant}")));
    lines
}

fn line(name: &str, value: &str) -> String {
    format!("{name:<14} {value}")
}

fn moment(time: &Json, now: UnixSeconds) -> String {
    let seconds = match time {
        Json::Number(number) => number.as_u64(),
        _ => None,
    };
    let Some(moment) = seconds.map(UnixSeconds) else {
        return format!("{} (not a date)", shown(time));
    };
    let relative = if moment > now {
        format!("in {}", span(moment.since(now)))
    } else {
        format!("{} ago", span(now.since(moment)))
    };
    format!("{} ({relative})", rfc3339::write(moment))
}

fn date(time: &Json) -> Option<String> {
    match time {
        Json::Number(number) => number.as_u64().map(UnixSeconds).map(rfc3339::write),
        _ => None,
    }
}

fn span(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m {}s", seconds % 60),
        (0, ..) => format!("{hours}h {minutes}m"),
        _ => format!("{days}d {hours}h"),
    }
}

fn grants(payload: &Json) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    match payload.member("scope") {
        Some(Json::Text(scope)) => words.extend(scope.split(' ').map(visible)),
        Some(Json::List(scopes)) => words.extend(scopes.iter().map(shown)),
        _ => {}
    }
    if let Some(Json::List(details)) = payload.member("authorization_details") {
        words.extend(details.iter().map(grant));
    }
    if words.is_empty() {
        words.push("none: this permits nothing".to_owned());
    }
    words
}

/// A grant, as its JSON has it.
pub(crate) fn grant(grant: &Json) -> String {
    if !matches!(grant.member("type"), Some(Json::Text(kind)) if kind == "writ") {
        return "of another type: permits nothing at an edge".to_owned();
    }
    let mut words = match grant.member("scope") {
        Some(scope) => shown(scope),
        None => format!(
            "{} on {}",
            list(grant.member("actions")),
            list(grant.member("resources"))
        ),
    };
    if let Some(Json::Object(rules)) = grant.member("rules") {
        let rules: Vec<_> = rules
            .iter()
            .map(|(name, rule)| format!("{} {}", visible(name), kinds(rule)))
            .collect();
        let _infallible = write!(words, ", if {}", rules.join(" and "));
    }
    if let Some(uses) = grant.member("uses") {
        let max = uses.member("max").map_or("?".to_owned(), shown);
        let _infallible = write!(words, ", {max} in all");
        if let Some(allowance) = uses.member("allowance") {
            let _infallible = write!(words, " (counted by {})", shown(allowance));
        }
    }
    for (bound, said) in [("not_before", "from"), ("not_after", "until")] {
        if let Some(moment) = grant.member(bound) {
            let _infallible = write!(words, ", {said} {}", date(moment).unwrap_or_else(|| shown(moment)));
        }
    }
    words
}

fn list(items: Option<&Json>) -> String {
    match items {
        Some(Json::List(items)) => items.iter().map(shown).collect::<Vec<_>>().join(" or "),
        _ => "?".to_owned(),
    }
}

/// A rule: its kinds all hold.
fn kinds(rule: &Json) -> String {
    match rule {
        Json::Object(kinds) => {
            let kinds: Vec<_> = kinds
                .iter()
                .map(|(kind, value)| format!("{} {}", visible(kind), shown(value)))
                .collect();
            kinds.join(" and ")
        }
        other => shown(other),
    }
}

fn shown(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) => number.to_string(),
        Json::Text(text) => visible(text),
        Json::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Json::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("{}: {}", visible(name), shown(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}

/// Text that cannot move the cursor, break the line or turn its direction, whatever a forger put into it.
pub(crate) fn visible(text: &str) -> String {
    edgewrit_shared::text::visible(text).into_owned()
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
            grant(&read(text)),
            "book on tickets, if user eq X and seats min 1 and max 2, 1 in all (counted by a1)"
        );
        assert_eq!(
            grant(&read(r#"{"type":"other"}"#)),
            "of another type: permits nothing at an edge"
        );
        assert_eq!(grant(&read(r#"{"type":"writ","scope":"read:data:*"}"#)), "read:data:*");
        let text =
            r#"{"type":"writ","actions":["a"],"resources":["r"],"not_before":1778414400,"not_after":1778415000}"#;
        assert_eq!(
            grant(&read(text)),
            "a on r, from 2026-05-10T12:00:00Z, until 2026-05-10T12:10:00Z"
        );
    }

    #[test]
    fn a_moment_is_said_relative_to_now() {
        let now = UnixSeconds(1_778_414_400);
        assert_eq!(moment(&read("1778415000"), now), "2026-05-10T12:10:00Z (in 10m 0s)");
        assert_eq!(moment(&read("1778410800"), now), "2026-05-10T11:00:00Z (1h 0m ago)");
        assert_eq!(moment(&read("\"soon\""), now), "soon (not a date)");
    }

    #[test]
    fn a_token_without_grants_permits_nothing() {
        assert_eq!(grants(&read("{}")), ["none: this permits nothing"]);
        assert_eq!(
            grants(&read(r#"{"scope":"read:data:x read:data:y"}"#)),
            ["read:data:x", "read:data:y"]
        );
    }

    #[test]
    fn a_forged_token_cannot_write_on_the_terminal() {
        let shown = describe(
            &read("{}"),
            &read(r#"{"sub":"\u001b[2J\nverified: yes","aud":"\u009b1m\u202e"}"#),
            UnixSeconds(0),
        );
        assert!(
            shown
                .iter()
                .all(|line| line.chars().all(|c| !c.is_control() && c != '\u{202e}'))
        );
        assert!(!shown.iter().any(|line| line.starts_with("verified")));
    }
}
