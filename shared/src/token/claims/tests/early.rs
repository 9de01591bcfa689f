//! Claims that are read before the signature is checked.

use super::DATES;
use crate::json::{JsonError, Quoted};
use crate::support::{self, AUDIENCE};
use crate::time::UnixSeconds;
use crate::token::TokenError;
use crate::token::claims::early::EarlyClaims;
use proptest::prelude::*;
use std::borrow::ToOwned;
use std::format;
use std::string::ToString;

#[test]
fn early_claims_are_those_of_the_full_reading() {
    let claims = support::claims();
    for aud in [None, Some(format!("[{}]", Quoted(AUDIENCE)))] {
        let mut text = claims.to_json();
        if let Some(aud) = aud {
            text = text.replace(&format!("\"aud\":{}", Quoted(AUDIENCE)), &format!("\"aud\":{aud}"));
        }
        let early = EarlyClaims::read(text.as_bytes()).unwrap();
        assert_eq!((early.iss, early.aud), (claims.iss.clone(), claims.aud.clone()));
        assert_eq!((early.iat, early.nbf, early.exp), (claims.iat, claims.nbf, claims.exp));
    }
}

/// The early reading of a payload with one of its five claims as given.
fn early_with(name: &str, value: &str) -> Result<EarlyClaims, TokenError> {
    let mut members = [
        ("iss", "\"i\""),
        ("aud", "\"a\""),
        ("iat", "1"),
        ("nbf", "2"),
        ("exp", "3"),
    ];
    for (own, spelling) in &mut members {
        if *own == name {
            *spelling = value;
        }
    }
    let members = members.map(|(name, value)| format!("\"{name}\":{value}"));
    EarlyClaims::read(format!("{{{}}}", members.join(",")).as_bytes())
}

#[test]
fn dates_are_spelled_in_digits() {
    for name in DATES {
        let early = early_with(name, "1760000000").unwrap();
        assert!([early.iat, early.nbf, early.exp].contains(&UnixSeconds(1_760_000_000)));
        assert!(early_with(name, "0").is_ok());
        for bad in [
            "2.0",
            "1e3",
            "1E3",
            "-0",
            "-1",
            "1.5",
            "18446744073709551616",
            "\"1\"",
            "null",
            "[1]",
            "true",
        ] {
            assert_eq!(early_with(name, bad).unwrap_err(), TokenError::Date { name }, "{bad}");
        }
    }
}

#[test]
fn early_issuer_and_audience_are_of_their_form() {
    assert_eq!(
        early_with("iss", "1").unwrap_err().to_string(),
        "claim `iss`: expected a string"
    );
    assert_eq!(early_with("iss", "[\"a\"]").unwrap_err().label(), "token_claims");
    for bad in ["[]", "[\"a\",\"b\"]", "1", "null", "\"\"", "{\"a\":1}"] {
        assert_eq!(early_with("aud", bad).unwrap_err().label(), "token_audience", "{bad}");
    }
}

#[test]
fn a_payload_that_is_no_strict_object_is_refused_early() {
    assert_eq!(
        EarlyClaims::read(b"x").unwrap_err(),
        TokenError::Payload(JsonError::Syntax { at: 0 })
    );
    assert_eq!(
        EarlyClaims::read(b"\xff").unwrap_err(),
        TokenError::Payload(JsonError::Syntax { at: 0 })
    );
    let skipped = EarlyClaims::read(b"{\"sub\":\"\xff\"}").unwrap_err();
    assert_eq!(skipped.label(), "token_payload");
    let twice = EarlyClaims::read(br#"{"iss":"a","iss":"b"}"#).unwrap_err();
    assert_eq!(
        twice,
        TokenError::Payload(JsonError::Duplicate { name: "iss".to_owned() })
    );
    let beside_another_fault = EarlyClaims::read(br#"{"iss":5,"exp":1,"\u0065xp":2}"#).unwrap_err();
    assert_eq!(
        beside_another_fault,
        TokenError::Payload(JsonError::Duplicate { name: "exp".to_owned() })
    );
    assert_eq!(EarlyClaims::read(b"1").unwrap_err().label(), "token_claims");
    let array = EarlyClaims::read(br#"["https://issuer.example","https://travel.example",1,1,2]"#);
    assert_eq!(array.unwrap_err().label(), "token_claims");
    assert_eq!(EarlyClaims::read(b"{}").unwrap_err().label(), "token_claims");
    assert_eq!(
        EarlyClaims::read("[".repeat(10_000).as_bytes()).unwrap_err(),
        TokenError::Payload(JsonError::TooDeep)
    );
}

proptest! {
    #[test]
    fn no_bytes_make_the_early_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let _ = EarlyClaims::read(&bytes);
    }
}
