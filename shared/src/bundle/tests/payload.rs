//! Members that are missing, unknown or not of their form.

use super::{apply, apply_document, bundle_with, signed_with};
use crate::bundle::BundleError;
use crate::json::JsonError;
use crate::limits::CLAIM_BYTES;
use crate::support::NOW;
use std::borrow::ToOwned;
use std::format;
use std::string::ToString;

#[test]
fn a_payload_with_a_member_missing_unknown_or_not_of_its_form_is_refused() {
    let exact = format!("\"issued_at\":{}", NOW.0);
    let cases = [
        ("\"epoch\":\"e1\",", "", "/: missing member `epoch`"),
        (
            "\"seq\":7",
            "\"seq\":-1",
            "/seq: expected a whole number from 0 to 18446744073709551615, found the number `-1`",
        ),
        (
            "\"seq\":7",
            "\"seq\":\"7\"",
            "/seq: expected a whole number from 0 to 18446744073709551615, found the string `7`",
        ),
        (
            "\"seq\":7",
            "\"seq\":7,\"from\":null",
            "/from: expected a whole number from 0 to 18446744073709551615, found null",
        ),
        (
            "\"dropped_keys\":[]",
            "\"dropped_keys\":[\"\"]",
            "/dropped_keys/0: 0 bytes, expected 1 to 1024",
        ),
        (
            "\"dropped_keys\":[]",
            "\"dropped_keys\":{}",
            "/dropped_keys: expected an array, found an object",
        ),
        (
            "\"kty\":\"OKP\"",
            "\"kty\":\"EC\"",
            "/keys/0: not an Ed25519 public signature key, by its member `kty`",
        ),
        ("\"rows\":0,", "", "/revocations: missing member `rows`"),
        (
            "\"rows\":0",
            "\"rows\":500001",
            "/revocations/rows: expected a whole number from 0 to 500000, found the number `500001`",
        ),
        (
            &exact,
            "\"issued_at\":1.5",
            "/issued_at: expected a whole number from 0 to 18446744073709551615, found the number `1.5`",
        ),
    ];
    for (from, to, message) in cases {
        let refused = apply_document(&signed_with(from, to)).unwrap_err();
        assert_eq!(refused.to_string(), format!("payload: {message}"));
        assert_eq!(refused.label(), "bundle_payload");
    }
    let unknown = apply_document(&signed_with("\"seq\":7", "\"seq\":7,\"x\":1")).unwrap_err();
    assert!(
        unknown
            .to_string()
            .starts_with("payload: /x: unknown member `x`, expected one of `iss`"),
        "{unknown}"
    );
    let unknown = apply_document(&signed_with("\"rows\":0", "\"rows\":0,\"x\":1")).unwrap_err();
    assert!(
        unknown
            .to_string()
            .starts_with("payload: /revocations/x: unknown member"),
        "{unknown}"
    );
    let several = apply_document(&signed_with("\"seq\":7", "\"seq\":true,\"x\":1"))
        .unwrap_err()
        .to_string();
    assert!(
        several.starts_with("payload: /x: unknown member") && several.contains("; /seq: expected"),
        "{several}"
    );
    let twice = apply_document(&signed_with("\"seq\":7", "\"seq\":7,\"seq\":7")).unwrap_err();
    assert_eq!(
        twice,
        BundleError::Payload(JsonError::Duplicate { name: "seq".to_owned() })
    );
    assert!(apply_document(&signed_with("\"seq\":7", "\"seq\":7,\"audit_head\":null")).is_err());
}

#[test]
fn text_members_are_bounded() {
    let epoch = |bytes: usize| apply(None, &bundle_with(|bundle| bundle.epoch = "e".repeat(bytes)));
    assert!(epoch(1).is_ok());
    assert!(epoch(CLAIM_BYTES).is_ok());
    assert_eq!(
        epoch(0).unwrap_err().to_string(),
        "payload: /epoch: 0 bytes, expected 1 to 1024"
    );
    assert_eq!(
        epoch(CLAIM_BYTES + 1).unwrap_err().to_string(),
        "payload: /epoch: 1025 bytes, expected 1 to 1024"
    );
}
