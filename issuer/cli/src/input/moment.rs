//! Moments in arguments and documents: seconds since 1970, or RFC 3339.

use edgewrit_issuer::rfc3339;
use edgewrit_shared::json::Json;
use edgewrit_shared::json::document::Node;
use edgewrit_shared::limits::TIME_MAX;
use edgewrit_shared::time::UnixSeconds;

const EXPECTED: &str = "seconds since 1970, or a moment such as `2026-05-10T12:00:00Z`";

/// Reads an argument of the command line.
pub(crate) fn parse(text: &str) -> Result<UnixSeconds, String> {
    let seconds = text
        .parse()
        .ok()
        .filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let moment = seconds.map(UnixSeconds).or_else(|| rfc3339::read(text));
    let moment = moment.filter(|moment| moment.0 <= TIME_MAX);
    moment.ok_or_else(|| format!("expected {EXPECTED}"))
}

/// Reads a member of a document.
pub(crate) fn read(node: &Node<'_>) -> Option<UnixSeconds> {
    let moment = match node.json() {
        Json::Number(number) => number.as_u64().map(UnixSeconds),
        Json::Text(text) => rfc3339::read(text),
        _ => None,
    };
    match moment {
        Some(moment) if moment.0 <= TIME_MAX => Some(moment),
        _ => node.expected(EXPECTED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_is_seconds_or_rfc_3339() {
        for text in ["1778414400", "2026-05-10T12:00:00Z"] {
            assert_eq!(parse(text), Ok(UnixSeconds(1_778_414_400)), "{text}");
        }
        for text in ["", "+5", "-1", "1.5", "soon", "253402300800", "2026-05-10"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
