//! Missing, unknown and malformed members.

use super::{TestSigner, apply, apply_document, bundle_with, signed_with};
use crate::bundle::BundleError;
use crate::json::JsonError;
use crate::limits::CLAIM_BYTES;
use crate::support::NOW;
use std::borrow::ToOwned;
use std::format;
use std::string::ToString;

#[test]
fn a_payload_with_a_missing_unknown_or_malformed_member_is_refused() {
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
    let unknown = apply_document(&signed_with("\"rows\":0", "\"rows\":0,\"x\":1")).unwrap_err();
    assert!(
        unknown
            .to_string()
            .starts_with("payload: /revocations/x: unknown member"),
        "{unknown}"
    );
    let several = apply_document(&signed_with("\"rows\":0", "\"rows\":true,\"x\":1"))
        .unwrap_err()
        .to_string();
    assert!(
        several.starts_with("payload: /revocations/x: unknown member")
            && several.contains("; /revocations/rows: expected"),
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
fn the_reader_skips_members_of_later_versions() {
    let later = apply_document(&signed_with("\"seq\":7", "\"seq\":7,\"later\":{\"x\":[1]}")).unwrap();
    assert_eq!(later.position(), "e1.7");
    let later = apply_document(&signed_with("\"kty\":\"OKP\"", "\"ext\":{\"later\":1},\"kty\":\"OKP\"")).unwrap();
    assert_eq!(later.keys().iter().count(), 1);
}

#[test]
fn the_reader_refuses_a_critical_member_that_it_does_not_know() {
    let critical = |names: &str| {
        let member = format!("\"seq\":7,\"later\":1,\"crit\":{names}");
        apply_document(&signed_with("\"seq\":7", &member))
    };
    assert!(critical("[]").is_ok());
    assert!(critical("[\"seq\",\"audit_head\"]").is_ok());
    assert_eq!(
        critical("[\"seq\",\"later\"]").unwrap_err().to_string(),
        "payload: /crit/1: the member `later` is critical and unknown: update this edge"
    );
    for malformed in ["null", "\"seq\"", "[1]", "{}"] {
        assert_eq!(
            critical(malformed).unwrap_err().label(),
            "bundle_payload",
            "{malformed}"
        );
    }
}

/// Readers of version 0.1 refuse unknown members of the payload and skip unknown members of a key.
#[test]
fn new_members_are_written_where_readers_of_version_0_1_skip_them() {
    let bundle = bundle_with(|bundle| {
        bundle.checkpoint_keys.push(TestSigner::bundles().public().clone());
        bundle.keys.push(TestSigner::bundles().public().clone());
    });
    let payload = bundle.payload();
    let x = TestSigner::bundles().public().x();
    let ext = format!(r#","ext":{{"checkpoint_keys":[{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}]}}}},"#);
    assert_eq!(payload.matches(&ext).count(), 1, "{payload}");
    let known = payload.replace(&ext, "},").replace("\"keys\"", "");
    for member in ["ext", "checkpoint_keys", "crit"] {
        assert!(!known.contains(member), "{known}");
    }
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
