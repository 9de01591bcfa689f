//! The cache of verified writs, which makes no decision by itself.

use crate::harness::{Ask, Edge, config_text, secret};
use edgewrit_edge::config::Config;
use edgewrit_shared::bundle::revocation::Rows;
use edgewrit_shared::bundle::{Bundle, Snapshot, Trust};
use edgewrit_shared::jose::jws::JwsKind;
use edgewrit_shared::limits::CACHED_WRITS;
use edgewrit_test_issuer::{self as support, NOW};
use std::sync::Arc;

const SEARCH: [&str; 1] = [r#"{"type":"writ","actions":["search"],"resources":["flights"]}"#];
const FLIGHTS: &str = "GET /flights?from=JFK&to=LHR&date=2026-05-10";

#[test]
fn a_cached_writ_does_not_outlive_its_key() {
    let mut edge = Edge::new();
    assert_eq!(edge.label(&Ask::new(FLIGHTS, &SEARCH)), "permit");
    let bundle = Bundle {
        iss: support::ISSUER.into(),
        epoch: "epoch-1".into(),
        seq: 9,
        from: None,
        issued_at: NOW,
        fresh_until: NOW.plus(60),
        keys: vec![support::Key::next().public()],
        dropped_keys: Vec::new(),
        checkpoint_keys: Vec::new(),
        audit_head: None,
        rows: Rows::encode(Vec::new()),
    };
    let trust = Trust {
        issuer: support::ISSUER.into(),
        pins: vec![support::bundle_key().public()],
    };
    let document = bundle.join(&support::bundle_key().sign(JwsKind::Bundle, &bundle.payload()));
    edge.snapshot = Some(Snapshot::apply(None, &document, &trust, NOW).unwrap());
    assert_eq!(edge.label(&Ask::new(FLIGHTS, &SEARCH)), "token_key");
}

#[test]
fn a_cached_writ_is_judged_by_the_current_configuration() {
    let mut edge = Edge::new();
    assert_eq!(edge.label(&Ask::new(FLIGHTS, &SEARCH)), "permit");
    let text = config_text().replacen('{', r#"{"life_max": 599, "#, 1);
    edge.config = Arc::new(Config::read(&text, &secret).unwrap());
    assert_eq!(edge.label(&Ask::new(FLIGHTS, &SEARCH)), "token_life");
    let text = config_text().replace(
        r#""audience": "https://travel.example""#,
        r#""audience": "https://other.example""#,
    );
    edge.config = Arc::new(Config::read(&text, &secret).unwrap());
    assert_eq!(edge.label(&Ask::new(FLIGHTS, &SEARCH)), "token_audience");
}

#[test]
fn more_writs_than_the_cache_holds_are_all_judged_correctly() {
    let edge = Edge::new();
    let token = |index: usize, action: &str| {
        let grant = format!(r#"{{"type":"writ","actions":["{action}"],"resources":["flights"]}}"#);
        let mut claims = support::claims(support::grants(&[&grant]));
        claims.jti = format!("jti-{index}");
        support::writ(&claims)
    };
    let writs: Vec<(String, &str)> = (0..CACHED_WRITS * 2)
        .map(|index| match index % 2 {
            0 => (token(index, "search"), "permit"),
            _ => (token(index, "other"), "not_granted"),
        })
        .collect();
    for round in 0..2 {
        for (token, expected) in &writs {
            let ask = Ask::bare(FLIGHTS).header("authorization", &format!("Bearer {token}"));
            assert_eq!(edge.label(&ask), *expected, "round {round}");
        }
    }
}
