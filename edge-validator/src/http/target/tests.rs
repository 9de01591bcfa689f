//! Accepted and refused targets, byte by byte, and the agreement of URL parsers.

use super::{RequestTarget, check_path};
use crate::reason::Reason;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use edgewrit_shared::limits::TARGET_BYTES;
use proptest::prelude::*;
use url::Url;

fn refusal(target: &[u8]) -> Option<Reason> {
    RequestTarget::read(target).err().map(|objection| objection.reason)
}

#[track_caller]
fn refused(reason: Reason, targets: &[&str]) {
    for target in targets {
        assert_eq!(refusal(target.as_bytes()), Some(reason), "{target}");
    }
}

#[track_caller]
fn accepted(targets: &[&str]) {
    for target in targets {
        assert_eq!(refusal(target.as_bytes()), None, "{target}");
    }
}

#[test]
fn a_target_is_a_path_and_perhaps_a_query() {
    let target = RequestTarget::read(b"/a/b?c=d?e").unwrap();
    assert_eq!(
        (target.text, target.path(), target.query()),
        ("/a/b?c=d?e", "/a/b", Some("c=d?e"))
    );
    let target = RequestTarget::read(b"/").unwrap();
    assert_eq!((target.text, target.path(), target.query()), ("/", "/", None));
}

#[test]
fn other_forms_are_refused() {
    refused(
        Reason::TargetForm,
        &["", "*", "a", "?a=b", "https://api.example/a", "api.example:443", "%2F"],
    );
}

#[test]
fn the_length_ends_at_the_limit() {
    let full = format!("/{}", "a".repeat(TARGET_BYTES - 1));
    assert_eq!(refusal(full.as_bytes()), None);
    assert_eq!(refusal(format!("{full}a").as_bytes()), Some(Reason::TargetLength));
}

#[test]
fn the_outgoing_target_has_the_same_limit() {
    let query = |value: &str| format!("/?a={}{value}", "a".repeat(TARGET_BYTES - 4 - value.len()));
    let sent = |target: &str| RequestTarget::read(target.as_bytes()).unwrap().outgoing();
    assert_eq!(sent(&query("%3D")).map(|target| target.len()), Ok(TARGET_BYTES));
    for value in ["=", "+"] {
        let objection = sent(&query(value)).unwrap_err();
        assert_eq!(objection.reason, Reason::TargetLength, "{value}");
    }
}

#[test]
fn only_the_last_segment_may_be_empty() {
    accepted(&["/a/", "/a/b/"]);
    refused(
        Reason::TargetSegment,
        &[
            "//", "//a", "/a//b", "/a//", "/.", "/..", "/a/./b", "/a/../b", "/a/..", "/./", "/../?a=b",
        ],
    );
    accepted(&["/...", "/a./b", "/.a", "/..a", "/a.."]);
}

#[test]
fn plain_bytes_of_a_path_are_those_of_rfc_3986_without_the_semicolon() {
    let allowed = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@/";
    for byte in (0..=0xff_u8).filter(|byte| !matches!(byte, b'%' | b'?')) {
        let target = [b"/x", [byte].as_slice(), b"x"].concat();
        let expected = (!allowed.contains(&byte)).then_some(Reason::TargetCharacter);
        assert_eq!(refusal(&target), expected, "{byte:#x}");
    }
}

#[test]
fn plain_bytes_of_a_query_are_those_of_rfc_3986_without_semicolon_and_apostrophe() {
    let allowed = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&()*+,=:@/?";
    for byte in (0..=0xff_u8).filter(|byte| *byte != b'%') {
        let target = [b"/x?x", [byte].as_slice(), b"x"].concat();
        let expected = (!allowed.contains(&byte)).then_some(Reason::TargetCharacter);
        assert_eq!(refusal(&target), expected, "{byte:#x}");
    }
}

#[test]
fn a_path_has_only_needed_encodings_and_no_encoded_separator_or_control() {
    for byte in 0..0x80_u8 {
        let target = format!("/x%{byte:02X}y");
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let wrong = plain || byte < 0x20 || matches!(byte, b'/' | b'\\' | 0x7f);
        assert_eq!(
            refusal(target.as_bytes()),
            wrong.then_some(Reason::TargetEncoding),
            "{target}"
        );
    }
}

#[test]
fn digits_of_a_paths_encodings_are_upper_case() {
    accepted(&["/%3A", "/%C3%A9", "/a?b=%3a"]);
    refused(Reason::TargetEncoding, &["/%3a", "/%c3%A9", "/%C3%a9"]);
}

#[test]
fn malformed_encodings_are_refused_in_path_and_query() {
    refused(
        Reason::TargetEncoding,
        &["/%", "/a%4", "/%ZZ", "/a?%", "/a?b=%4", "/a?b=%4g", "/%/?a"],
    );
}

#[test]
fn a_path_that_decodes_to_invalid_utf_8_is_refused() {
    refused(
        Reason::TargetEncoding,
        &[
            "/%FF",
            "/%C0%AE%C0%AE",
            "/%C3/%A9",
            "/a?b=%FF",
            "/a?b=%ED%A0%80",
            "/a?b=%C3&c=%A9",
        ],
    );
}

#[test]
fn a_path_that_decodes_to_an_encoding_is_refused() {
    refused(
        Reason::TargetEncoding,
        &["/%252e%252e/x", "/%252Fx", "/%25%32%46", "/a%2541"],
    );
    accepted(&["/100%25", "/%25x", "/%25/41"]);
}

#[test]
fn a_query_may_encode_any_byte_but_nul() {
    refused(Reason::TargetEncoding, &["/a?b=%00", "/a?%00=b"]);
    accepted(&["/a?b=%41%2f%0A%252F%27%3B", "/a?", "/a?&&", "/a?..//"]);
}

#[test]
fn paths_of_operations_follow_the_same_rules() {
    assert_eq!(check_path("/a/b/"), Ok(()));
    assert_eq!(check_path("/a b"), Err(Reason::TargetCharacter));
}

/// Byte strings that are nearly targets.
fn targets() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => "[a-zA-Z0-9._~!$&'()*+,=:@/-]{1,6}",
        3 => "%[0-9A-F]{2}",
        1 => "[%?#;/.\\\\\"<>^`{|}\\[\\] ]",
        1 => "\\PC",
    ];
    let text = proptest::collection::vec(piece, 0..12).prop_map(|pieces| format!("/{}", pieces.concat()).into_bytes());
    prop_oneof![text, proptest::collection::vec(any::<u8>(), 0..40)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_url_parser_does_not_change_an_accepted_target(bytes in targets()) {
        if let Ok(target) = RequestTarget::read(&bytes) {
            let url = Url::parse(&format!("https://h{}", target.text)).unwrap();
            prop_assert_eq!(url.path(), target.path());
            prop_assert_eq!(url.query(), target.query());
            prop_assert_eq!(url.fragment(), None);
            if let Ok(sent) = target.outgoing() {
                let text = format!("https://h{sent}");
                let url = Url::parse(&text).unwrap();
                prop_assert_eq!(url.as_str(), &text);
                prop_assert_eq!(RequestTarget::read(sent.as_bytes()).unwrap().outgoing(), Ok(sent));
            }
            prop_assert_eq!(url.as_str(), format!("https://h{}", target.text));
        }
    }

    #[test]
    fn an_accepted_target_is_not_changed(bytes in targets()) {
        if let Ok(target) = RequestTarget::read(&bytes) {
            prop_assert_eq!(target.text.as_bytes(), &*bytes);
            let joined: String = target.query().map_or(target.path().into(), |query| format!("{}?{query}", target.path()));
            prop_assert_eq!(joined, target.text);
        }
    }
}
