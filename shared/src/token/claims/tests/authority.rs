//! `scope` and `authorization_details`.

use super::{parsed, payload_with, read_with};
use crate::json::Json;
use crate::limits::GRANTS_PER_WRIT;
use crate::token::TokenError;
use crate::token::claims::{Authority, Claims};
use std::borrow::ToOwned;
use std::format;
use std::string::ToString;
use std::vec::Vec;

const GRANT: &str = r#"{"type":"writ","actions":["search"],"resources":["flights"]}"#;

#[test]
fn scope_is_scope_strings_separated_by_single_spaces_or_in_an_array() {
    for (spelling, scopes) in [
        (r#""a:b:c""#, &["a:b:c"][..]),
        (r#""a:b:c d:e:*""#, &["a:b:c", "d:e:*"]),
        (r#"["a:b:c","d:e:*"]"#, &["a:b:c", "d:e:*"]),
    ] {
        let expected = Authority::Scope(scopes.iter().map(ToString::to_string).collect());
        assert_eq!(read_with("scope", spelling).unwrap().authority, expected);
    }
    for bad in [
        r#""""#,
        r#"" a:b:c""#,
        r#""a:b:c ""#,
        r#""a:b:c  d:e:f""#,
        "[]",
        r#"[""]"#,
        r#"["a:b:c d:e:f"]"#,
        "[1]",
        r#"["a:b:c",null]"#,
        "null",
        "{}",
    ] {
        assert_eq!(read_with("scope", bad).unwrap_err().label(), "token_authority", "{bad}");
    }
}

#[test]
fn the_number_of_grants_has_a_limit() {
    let scopes = |count: usize| format!("\"{}\"", Vec::from_iter((0..count).map(|_| "a:b:c")).join(" "));
    assert!(read_with("scope", &scopes(GRANTS_PER_WRIT)).is_ok());
    let refused = read_with("scope", &scopes(GRANTS_PER_WRIT + 1)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "claim `scope`: 257 scope strings, expected 1 to 256"
    );

    let details = |count: usize| {
        let mut payload = payload_with("scope", None);
        if let Json::Object(members) = &mut payload {
            let others = r#"{"type":"other"},"#.repeat(count - 1);
            members.push((
                "authorization_details".to_owned(),
                parsed(&format!("[{others}{GRANT}]")),
            ));
        }
        Claims::read(&payload)
    };
    assert!(details(GRANTS_PER_WRIT).is_ok());
    let refused = details(GRANTS_PER_WRIT + 1).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "/authorization_details: 257 elements, the limit is 256"
    );
}

#[test]
fn authority_is_exactly_one_of_the_two_claims() {
    let both = read_with("authorization_details", "[]").unwrap_err();
    assert_eq!(
        both.to_string(),
        "both `scope` and `authorization_details`, expected one of them"
    );
    let neither = Claims::read(&payload_with("scope", None)).unwrap_err();
    assert_eq!(
        neither.to_string(),
        "neither `scope` nor `authorization_details`, expected one of them"
    );
}

/// The sample payload with `authorization_details` in place of `scope`.
fn read_details(value: &str) -> Result<Claims, TokenError> {
    let Json::Object(mut members) = payload_with("scope", None) else {
        panic!("claims are an object");
    };
    members.push(("authorization_details".to_owned(), parsed(value)));
    Claims::read(&Json::Object(members))
}

#[test]
fn structured_grants_are_read_and_other_types_grant_nothing() {
    let claims = read_details(&format!(r#"[{{"type":"payment","amount":1.5}},{GRANT}]"#)).unwrap();
    let Authority::Details(grants) = &claims.authority else {
        panic!("{:?}", claims.authority);
    };
    assert_eq!(grants.len(), 1);
    assert_eq!(Claims::read(&parsed(&claims.to_json())), Ok(claims.clone()));
    let claims = read_details(r#"[{"type":"payment"},{"type":"WRIT"}]"#).unwrap();
    assert_eq!(claims.authority, Authority::Details(Vec::new()));
}

#[test]
fn malformed_structured_grants_are_refused() {
    for bad in [
        "[]",
        "{}",
        "null",
        "\"x\"",
        "[1]",
        "[{}]",
        r#"[{"type":1}]"#,
        r#"[{"type":"writ"}]"#,
    ] {
        assert_eq!(read_details(bad).unwrap_err().label(), "token_authority", "{bad}");
    }
    let refused = read_details(&format!(r#"[{GRANT},{{"actions":[]}}]"#)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "/authorization_details/1: expected an object with a string `type`, found an object"
    );
}

#[test]
fn a_scope_that_is_no_grant_does_not_compile() {
    let refused = Authority::Scope(Vec::from(["a:b:c".to_owned(), "nonsense".to_owned()]))
        .compile()
        .unwrap_err();
    assert_eq!(refused.label(), "token_authority");
    assert!(refused.to_string().starts_with("claim `scope`: "), "{refused}");
    assert!(Authority::Scope(Vec::from(["a:b:c".to_owned()])).compile().is_ok());
}
