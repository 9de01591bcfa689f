//! A writ as text for people.

use crate::output::words::{grant_to_words, value_to_words, visible};
use edgewrit_issuer::rfc3339;
use edgewrit_shared::json::Json;
use edgewrit_shared::time::UnixSeconds;

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
const TIMES: [(&str, &str); 3] = [("iat", "issued"), ("nbf", "valid from"), ("exp", "expires")];

/// The claims and grants of the token, which may be forged.
pub(super) fn describe(header: &Json, payload: &Json, now: UnixSeconds) -> Vec<String> {
    let mut lines = Vec::new();
    for name in ["typ", "alg", "kid"] {
        lines.push(claim_line(
            name,
            &header.member(name).map_or("missing".to_owned(), value_to_words),
        ));
    }
    for (claim, name) in TEXTS {
        lines.push(claim_line(
            name,
            &payload.member(claim).map_or("missing".to_owned(), value_to_words),
        ));
    }
    for (claim, name) in TIMES {
        lines.push(claim_line(
            name,
            &payload
                .member(claim)
                .map_or("missing".to_owned(), |time| moment_to_words(time, now)),
        ));
    }
    lines.push("grants".to_owned());
    lines.extend(grants_to_words(payload).into_iter().map(|grant| format!("  - {grant}")));
    lines
}

fn claim_line(name: &str, value: &str) -> String {
    format!("{name:<14} {value}")
}

fn moment_to_words(time: &Json, now: UnixSeconds) -> String {
    let seconds = match time {
        Json::Number(number) => number.as_u64(),
        _ => None,
    };
    let Some(moment) = seconds.map(UnixSeconds) else {
        return format!("{} (not a date)", value_to_words(time));
    };
    let relative = if moment > now {
        format!("in {}", duration_to_words(moment.since(now)))
    } else {
        format!("{} ago", duration_to_words(now.since(moment)))
    };
    format!("{} ({relative})", rfc3339::write(moment))
}

fn duration_to_words(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m {}s", seconds % 60),
        (0, ..) => format!("{hours}h {minutes}m"),
        _ => format!("{days}d {hours}h"),
    }
}

fn grants_to_words(payload: &Json) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    match payload.member("scope") {
        Some(Json::Text(scope)) => words.extend(scope.split(' ').map(visible)),
        Some(Json::List(scopes)) => words.extend(scopes.iter().map(value_to_words)),
        _ => {}
    }
    if let Some(Json::List(details)) = payload.member("authorization_details") {
        words.extend(details.iter().map(grant_to_words));
    }
    if words.is_empty() {
        words.push("none: this permits nothing".to_owned());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgewrit_shared::json;

    fn read(text: &str) -> Json {
        json::parse(text.as_bytes(), 1_000).unwrap()
    }

    #[test]
    fn a_moment_is_said_relative_to_now() {
        let now = UnixSeconds(1_778_414_400);
        assert_eq!(
            moment_to_words(&read("1778415000"), now),
            "2026-05-10T12:10:00Z (in 10m 0s)"
        );
        assert_eq!(
            moment_to_words(&read("1778410800"), now),
            "2026-05-10T11:00:00Z (1h 0m ago)"
        );
        assert_eq!(moment_to_words(&read("\"soon\""), now), "soon (not a date)");
    }

    #[test]
    fn a_token_without_grants_permits_nothing() {
        assert_eq!(grants_to_words(&read("{}")), ["none: this permits nothing"]);
        assert_eq!(
            grants_to_words(&read(r#"{"scope":"read:data:x read:data:y"}"#)),
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
