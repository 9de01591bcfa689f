//! Moments as people and programs give them: seconds since 1970, or RFC 3339.

use edgewrit_issuer::rfc3339;
use edgewrit_shared::document::Node;
use edgewrit_shared::json::Json;
use edgewrit_shared::limits::TIME_MAX;
use edgewrit_shared::time::UnixSeconds;

const EXPECTED: &str = "seconds since 1970, or a moment such as `2026-05-10T12:00:00Z`";

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
