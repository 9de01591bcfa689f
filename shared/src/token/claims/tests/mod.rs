//! Accepted payloads, and the reading of written ones.

use super::early::EarlyClaims;
use super::{Authority, Claims};
use crate::grant::Grant;
use crate::json::{self, Json};
use crate::limits::{CLAIM_BYTES, DELEGATION_DEPTH, JSON_VALUES};
use crate::support::{self, AUDIENCE, ISSUER, LIFE, NOW};
use crate::time::UnixSeconds;
use crate::token::TokenError;
use proptest::prelude::*;
use std::borrow::ToOwned;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

mod authority;
mod early;

const TEXTS: [&str; 7] = ["iss", "sub", "client_id", "task_id", "orch_id", "jti", "lin"];
const DATES: [&str; 3] = ["iat", "nbf", "exp"];

fn parsed(text: &str) -> Json {
    json::parse(text.as_bytes(), JSON_VALUES).unwrap()
}

/// The payload of the sample writ with one claim replaced, added, or (if `value` is `None`) left
/// out.
fn payload_with(name: &str, value: Option<&str>) -> Json {
    let Json::Object(mut members) = parsed(&support::claims().to_json()) else {
        panic!("claims are an object");
    };
    members.retain(|(own, _)| own != name);
    members.extend(value.map(|value| (name.to_owned(), parsed(value))));
    Json::Object(members)
}

fn read_with(name: &str, value: &str) -> Result<Claims, TokenError> {
    Claims::read(&payload_with(name, Some(value)))
}

fn text_of(bytes: usize) -> String {
    format!("\"{}\"", "x".repeat(bytes))
}

#[test]
fn the_payload_has_its_members_in_a_fixed_order() {
    let claims = Claims {
        anc: Vec::from(["root".to_owned(), "near".to_owned()]),
        cnf_jkt: Some("k".repeat(43)),
        agent_key: Some("a".repeat(44)),
        sub: "quote\" back\\".to_owned(),
        ..support::claims()
    };
    let expected = format!(
        concat!(
            r#"{{"iss":"{}","sub":"quote\" back\\","aud":"{}","iat":{},"nbf":{},"exp":{},"jti":"writ-1","client_id":"planner","#,
            r#""task_id":"task-1","orch_id":"orch-1","lin":"lineage-1","anc":["root","near"],"cnf":{{"jkt":"{}"}},"agent_key":"{}","scope":"search:flights:*"}}"#
        ),
        ISSUER,
        AUDIENCE,
        NOW.0,
        NOW.0,
        NOW.0 + LIFE,
        "k".repeat(43),
        "a".repeat(44)
    );
    assert_eq!(claims.to_json(), expected);
    assert_eq!(Claims::read(&parsed(&expected)), Ok(claims));
}

#[test]
fn every_required_claim_is_required() {
    for name in TEXTS {
        let refused = Claims::read(&payload_with(name, None)).unwrap_err();
        assert!(
            matches!(refused, TokenError::Claim { name: own, .. } if own == name),
            "{name}: {refused:?}"
        );
    }
    for name in DATES {
        assert_eq!(Claims::read(&payload_with(name, None)), Err(TokenError::Date { name }));
    }
    assert!(matches!(
        Claims::read(&payload_with("aud", None)),
        Err(TokenError::Audience { .. })
    ));
    assert!(matches!(
        Claims::read(&payload_with("scope", None)),
        Err(TokenError::Authority { .. })
    ));
    assert!(Claims::read(&Json::List(Vec::new())).is_err());
}

#[test]
fn text_claims_are_bounded_and_printable() {
    for name in TEXTS.into_iter().chain(["aud"]) {
        for good in [text_of(1), text_of(CLAIM_BYTES), r#""é /:\"""#.to_owned()] {
            assert!(read_with(name, &good).is_ok(), "{name}: {good}");
        }
        for bad in [
            &text_of(0),
            &text_of(CLAIM_BYTES + 1),
            r#""a\nb""#,
            r#""\u0000""#,
            r#""\u007f""#,
            r#""\u0085""#,
            "1",
            "null",
            "{}",
            "[]",
        ] {
            assert!(read_with(name, bad).is_err(), "{name}: {bad}");
        }
    }
}

#[test]
fn there_is_exactly_one_audience() {
    for one in [r#""a""#, r#"["a"]"#] {
        assert_eq!(read_with("aud", one).unwrap().aud, "a");
    }
    for not_one in [
        "[]",
        r#"["a","b"]"#,
        r#"["a","a"]"#,
        r#"[["a"]]"#,
        "[1]",
        "null",
        r#"{"a":"a"}"#,
    ] {
        let refused = read_with("aud", not_one).unwrap_err();
        assert_eq!(refused.label(), "token_audience", "{not_one}");
    }
}

#[test]
fn dates_are_whole_seconds() {
    for name in DATES {
        for good in ["0", "18446744073709551615"] {
            assert!(read_with(name, good).is_ok(), "{name}: {good}");
        }
        for bad in ["-1", "1.5", "18446744073709551616", "\"1\"", "null", "[1]", "true"] {
            assert_eq!(read_with(name, bad), Err(TokenError::Date { name }), "{bad}");
        }
    }
}

#[test]
fn ancestors_are_at_most_the_delegation_depth() {
    let list = |count: usize| {
        format!(
            "[{}]",
            Vec::from_iter((0..count).map(|n| format!("\"l{n}\""))).join(",")
        )
    };
    assert_eq!(read_with("anc", "[]").unwrap().anc, [""; 0]);
    assert_eq!(read_with("anc", &list(2)).unwrap().anc, ["l0", "l1"]);
    assert!(read_with("anc", &list(DELEGATION_DEPTH)).is_ok());
    for bad in [&list(DELEGATION_DEPTH + 1), "\"l\"", "[1]", "[\"\"]", "null", "{}"] {
        let refused = read_with("anc", bad).unwrap_err();
        assert!(
            matches!(refused, TokenError::Claim { name: "anc", .. }),
            "{bad}: {refused:?}"
        );
        assert!(refused.to_string().contains(&DELEGATION_DEPTH.to_string()));
    }
}

#[test]
fn a_confirmation_is_exactly_one_thumbprint() {
    let jkt = "Az09-_".repeat(7) + "x";
    assert_eq!(
        read_with("cnf", &format!(r#"{{"jkt":"{jkt}"}}"#)).unwrap().cnf_jkt,
        Some(jkt.clone())
    );
    assert_eq!(Claims::read(&payload_with("cnf", None)).unwrap().cnf_jkt, None);
    let long = format!(r#"{{"jkt":"{jkt}x"}}"#);
    let short = format!(r#"{{"jkt":"{}"}}"#, "x".repeat(42));
    let letter = format!(r#"{{"jkt":"{}+"}}"#, "x".repeat(42));
    let beside = format!(r#"{{"jkt":"{jkt}","x5t#S256":"x"}}"#);
    let bare = format!("\"{jkt}\"");
    for bad in [
        &long,
        &short,
        &letter,
        &beside,
        &bare,
        "{}",
        "null",
        "[]",
        r#"{"jkt":1}"#,
        r#"{"x5t#S256":"x"}"#,
    ] {
        let refused = read_with("cnf", bad).unwrap_err();
        assert!(
            matches!(refused, TokenError::Claim { name: "cnf", .. }),
            "{bad}: {refused:?}"
        );
    }
}

#[test]
fn unknown_claims_are_ignored() {
    for name in ["act", "delegation_chain", "chain_hash", "roles"] {
        assert_eq!(read_with(name, r#"{"sub":[1.5]}"#), Ok(support::claims()), "{name}");
    }
}

fn text_claim() -> impl Strategy<Value = String> {
    "[^\\p{Cc}]{1,40}"
}

fn authority() -> impl Strategy<Value = Authority> {
    let scope = prop::sample::select(&["a:b:c", "read:data:*", "x-1:y:z/1"][..]);
    let scopes = prop::collection::vec(scope.clone().prop_map(String::from), 1..5).prop_map(Authority::Scope);
    let grants = prop::collection::vec(scope.prop_map(|scope| Grant::from_scope(scope).unwrap()), 1..5);
    prop_oneof![scopes, grants.prop_map(Authority::Details)]
}

prop_compose! {
    fn any_claims()(
        texts in prop::collection::vec(text_claim(), 8),
        dates in any::<[u64; 3]>(),
        anc in prop::collection::vec(text_claim(), 0..=DELEGATION_DEPTH),
        cnf_jkt in prop::option::of("[A-Za-z0-9_-]{43}"),
        agent_key in prop::option::of("[A-Za-z0-9+/=]{1,44}"),
        authority in authority(),
    ) -> Claims {
        let [iss, aud, sub, client_id, task_id, orch_id, jti, lin] = <[String; 8]>::try_from(texts).unwrap();
        let [iat, nbf, exp] = dates.map(UnixSeconds);
        Claims { iss, aud, sub, client_id, task_id, orch_id, jti, iat, nbf, exp, authority, lin, anc, cnf_jkt, agent_key }
    }
}

proptest! {
    #[test]
    fn written_claims_are_read_back_equal(claims in any_claims()) {
        let text = claims.to_json();
        prop_assert_eq!(Claims::read(&parsed(&text)).unwrap(), claims.clone());
        let early = EarlyClaims::read(text.as_bytes()).unwrap();
        prop_assert_eq!((early.iss, early.aud, early.exp), (claims.iss, claims.aud, claims.exp));
    }
}
