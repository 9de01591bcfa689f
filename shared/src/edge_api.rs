//! The parts of the protocol between edges and the issuer that both sides must spell alike.

/// The labels of records of edges, in alphabetical order. A label is the rule that refused a
/// request, or `permit`.
pub const LABELS: [&str; 87] = [
    "audit_head_back",
    "audit_head_fork",
    "body_broken",
    "body_limit",
    "body_missing",
    "body_repeated",
    "body_shape",
    "body_syntax",
    "body_too_large",
    "body_unexpected",
    "body_unknown",
    "busy",
    "capture_colon",
    "capture_separator",
    "content_encoding",
    "content_type",
    "credential_value",
    "form_plus",
    "header_count",
    "header_length",
    "header_value",
    "host_request",
    "host_unknown",
    "host_unreadable",
    "host_upstream",
    "method",
    "no_operation",
    "not_granted",
    "number_precision",
    "operation_case",
    "param_missing",
    "param_type",
    "permit",
    "query_limit",
    "query_plus",
    "query_repeated",
    "query_syntax",
    "query_unknown",
    "resource_length",
    "snapshot_missing",
    "snapshot_stale",
    "spend_answer",
    "spend_failed",
    "spend_refused",
    "target_character",
    "target_encoding",
    "target_form",
    "target_length",
    "target_segment",
    "token_algorithm",
    "token_audience",
    "token_authority",
    "token_base64",
    "token_bound",
    "token_claims",
    "token_date",
    "token_duplicate",
    "token_encrypted",
    "token_expired",
    "token_header",
    "token_header_b64",
    "token_header_crit",
    "token_header_duplicate",
    "token_header_jku",
    "token_header_jwk",
    "token_header_unknown",
    "token_header_x5u",
    "token_issuer",
    "token_json_serialisation",
    "token_key",
    "token_life",
    "token_malformed",
    "token_missing",
    "token_not_yet",
    "token_payload",
    "token_repeated",
    "token_revoked",
    "token_scheme",
    "token_signature",
    "token_too_long",
    "token_type",
    "unrecorded",
    "upgrade",
    "upstream_credential",
    "upstream_failed",
    "upstream_switch",
    "uses_exhausted",
];

/// The label of a record whose label is not in [`LABELS`].
pub const OTHER_LABEL: &str = "other";

/// The label that equals `text`, or [`OTHER_LABEL`].
#[must_use]
pub fn find_label(text: &str) -> &'static str {
    let found = LABELS.binary_search(&text).ok();
    let label = found.and_then(|place| LABELS.get(place)).copied();
    label.unwrap_or(OTHER_LABEL)
}

#[cfg(test)]
mod tests {
    use super::{LABELS, OTHER_LABEL, find_label};

    #[test]
    fn labels_are_in_order_and_each_is_found() {
        assert!(LABELS.is_sorted_by(|one, next| one < next));
        for label in LABELS {
            assert_eq!(find_label(label), label);
        }
        for text in ["", "x", "other", "Permit", "not_granted "] {
            assert_eq!(find_label(text), OTHER_LABEL, "{text}");
        }
    }

    #[test]
    fn every_label_of_a_token_error_is_listed() {
        let source = include_str!("token/error.rs");
        let pieces = source.split(r#"=> ""#).skip(1);
        let labels = pieces.filter_map(|piece| piece.split('"').next());
        let mut found = 0;
        for label in labels.filter(|label| label.starts_with("token_")) {
            assert_eq!(find_label(label), label);
            found += 1;
        }
        assert!(found > 20, "{found} labels in the source");
    }
}
