//! Cheap refusals come first: of two causes, the earlier rule gives the label.

use crate::harness::{Ask, Edge, writ};
use edgewrit_shared::jose::jws::JwsKind;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_test_issuer::{self as support, Key};

const NONE: [&str; 1] = [r#"{"type":"writ","actions":["nothing"],"resources":["x"]}"#];

#[test]
fn each_rule_comes_before_the_next() {
    let edge = Edge::new();
    let mut stale = Edge::new();
    stale.snapshot = None;
    let bad_target = "GET /flights/../x";
    let flights = "GET /flights?from=JFK&to=LHR&date=2026-05-10";
    let rows = [
        (&edge, Ask::bare("get /flights/../x"), "method"),
        (&edge, Ask::bare(bad_target).header("upgrade", "x"), "target_segment"),
        (&edge, Ask::bare(flights).header("upgrade", "x"), "upgrade"),
        (&stale, Ask::bare(flights), "token_missing"),
        (
            &stale,
            Ask::bare(flights).header("authorization", "Bearer x"),
            "snapshot_missing",
        ),
        (
            &edge,
            Ask::bare("GET /nowhere").header("authorization", "Bearer x"),
            "token_malformed",
        ),
        (&edge, Ask::new("GET /nowhere", &NONE), "no_operation"),
        (&edge, Ask::new("GET /flights?what=x", &NONE), "query_unknown"),
        (&edge, Ask::new("POST /quotes?q=a&what=x", &NONE), "query_unknown"),
        (&edge, Ask::new("POST /quotes?q=a", &NONE), "body_missing"),
        (
            &edge,
            Ask::new("POST /quotes?q=a", &NONE).json(r#"{"sats":1}"#),
            "body_unknown",
        ),
        (
            &edge,
            Ask::new("POST /quotes?q=a", &NONE).json(r#"{"seats":1}"#),
            "not_granted",
        ),
    ];
    for (edge, ask, label) in rows {
        assert_eq!(edge.label(&ask), label, "{ask:?}");
    }
}

#[test]
fn the_time_of_a_token_is_checked_before_its_signature() {
    let edge = Edge::new();
    let mut claims = support::claims(support::grants(&NONE));
    claims.exp = UnixSeconds(1);
    claims.iat = UnixSeconds(0);
    claims.nbf = UnixSeconds(0);
    let forged = flip(&support::writ(&claims));
    let ask = |token: &str| Ask::bare("GET /nowhere").header("authorization", &format!("Bearer {token}"));
    assert_eq!(edge.label(&ask(&forged)), "token_expired");
    assert_eq!(edge.label(&ask(&flip(&writ(&NONE)))), "token_signature");
    let unknown_key = Key::unknown().sign(JwsKind::Writ, &support::claims(support::grants(&NONE)).to_json());
    assert_eq!(edge.label(&ask(&unknown_key)), "token_key");
    let bundle_key = support::bundle_key().sign(JwsKind::Writ, &support::claims(support::grants(&NONE)).to_json());
    assert_eq!(edge.label(&ask(&bundle_key)), "token_key", "one key, one job");
}

/// The token with another first character of its signature.
fn flip(token: &str) -> String {
    let (input, signature) = token.rsplit_once('.').unwrap();
    let (first, rest) = signature.split_at(1);
    format!("{input}.{}{rest}", if first == "A" { "B" } else { "A" })
}

#[test]
fn a_forged_token_is_refused_even_if_the_valid_one_is_cached() {
    let edge = Edge::new();
    let ask = |token: &str| Ask::bare("GET /nowhere").header("authorization", &format!("Bearer {token}"));
    let token = writ(&NONE);
    assert_eq!(edge.label(&ask(&token)), "no_operation");
    assert_eq!(edge.label(&ask(&flip(&token))), "token_signature");
    let (payload_changed, _) = token.split_once('.').unwrap();
    let other = support::writ(&support::claims(support::grants(&[
        r#"{"type":"writ","actions":["search"],"resources":["flights"]}"#,
    ])));
    let (_, rest) = other.split_once('.').unwrap();
    let (payload, _) = rest.split_once('.').unwrap();
    let (_, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(
        edge.label(&ask(&format!("{payload_changed}.{payload}.{signature}"))),
        "token_signature"
    );
}

#[test]
fn the_configuration_decides_about_time_and_issuer() {
    let edge = Edge::new();
    let ask = |change: fn(&mut edgewrit_shared::token::claims::Claims)| {
        let mut claims = support::claims(support::grants(&NONE));
        change(&mut claims);
        Ask::bare("GET /nowhere").header("authorization", &format!("Bearer {}", support::writ(&claims)))
    };
    assert_eq!(
        edge.label(&ask(|claims| claims.iss = "https://other.example".into())),
        "token_issuer"
    );
    assert_eq!(
        edge.label(&ask(|claims| claims.aud = "https://other.example".into())),
        "token_audience"
    );
    assert_eq!(
        edge.label(&ask(|claims| claims.exp = claims.iat.plus(86_400))),
        "no_operation"
    );
    assert_eq!(
        edge.label(&ask(|claims| claims.exp = claims.iat.plus(86_401))),
        "token_life"
    );
}
