//! Form bodies, which are closed and typed like queries, and which the edge sends as they arrived.

use crate::harness::{Ask, Edge};
use crate::request::operations::edge_of;
use edgewrit_edge::http::head::Head;
use edgewrit_edge::rehearsal::{RehearsedGrants, rehearse};
use edgewrit_shared::grant::attempt::Param;
use edgewrit_test_issuer::{self as support, NOW};
use proptest::prelude::*;

const FORM: &str = "application/x-www-form-urlencoded";

const OPERATIONS: &str = r#"
  {"match": "POST /login", "upstream": "open", "action": "login", "resource": "sessions",
   "params": {"user": "form.user", "code": {"from": "form.code", "type": "integer", "optional": true}, "q": {"from": "query.q", "optional": true}},
   "ignore": ["form.csrf"], "body": {"type": "application/x-www-form-urlencoded", "limit": 200000}}"#;

const LISTS: &str = r#"
  {"match": "POST /login", "upstream": "open", "action": "login", "resource": "sessions",
   "params": {"user": "form.user", "scope": {"from": "form.scope", "list": true, "optional": true}}, "ignore": ["form.csrf"]}"#;

fn grant(rules: &str) -> String {
    format!(r#"{{"type":"writ","actions":["login"],"resources":["sessions"],"rules":{rules}}}"#)
}

/// Rules that every user satisfies.
const EVERY_USER: &str = r#"{"user":{"glob":"**"}}"#;

fn ask(line: &str, rules: &str, content_type: &str, body: &[u8]) -> Ask {
    let ask = Ask::new(line, &[&grant(rules)]).header("content-type", content_type);
    let body = Some(body.to_vec());
    Ask { body, ..ask }
}

/// The label for `body` under a grant for the user `X`.
fn label(edge: &Edge, body: &str) -> &'static str {
    edge.label(&ask("POST /login", r#"{"user":{"eq":"X"}}"#, FORM, body.as_bytes()))
}

#[test]
fn a_form_is_closed_and_unambiguous() {
    let edge = edge_of(OPERATIONS);
    let long = format!("user=X&csrf={}", "a".repeat(200_000));
    let many = format!("user=X{}", "&csrf=".repeat(256));
    for (body, expected) in [
        ("user=X", "permit"),
        ("csrf=%2b&user=X", "permit"),
        ("user=X&csrf", "permit"),
        ("csrf=1&user=X&csrf=%2b", "body_repeated"),
        ("csrf&user=X&csrf", "body_repeated"),
        ("%75ser=%58&code=7", "permit"),
        ("user=Y", "not_granted"),
        ("code=7", "param_missing"),
        ("user", "param_type"),
        ("user=X&code=7.0", "param_type"),
        ("user=X&code=", "param_type"),
        ("user=X&user=X", "body_repeated"),
        ("user=Y&%75ser=X", "body_repeated"),
        ("user=X&admin=1", "body_unknown"),
        ("user=X&User=X", "body_unknown"),
        ("user=X&user[]=X", "body_syntax"),
        ("user=X&user%5B%5D=X", "body_unknown"),
        ("user=X&", "body_syntax"),
        ("user=X&&csrf=1", "body_syntax"),
        ("=1&user=X", "body_syntax"),
        ("user=X;csrf=1", "body_syntax"),
        ("user=X%00", "body_syntax"),
        ("user=X%", "body_syntax"),
        ("user=X%FF", "body_syntax"),
        ("user=X\r\n", "body_syntax"),
        ("user=X &csrf=1", "body_syntax"),
        ("user=é", "body_syntax"),
        (r#"{"user":"X"}"#, "body_syntax"),
        ("", "body_missing"),
        (&long, "body_too_large"),
        (&many, "body_limit"),
    ] {
        let shown: String = body.chars().take(40).collect();
        assert_eq!(label(&edge, body), expected, "{shown}");
    }
    let raw = ask("POST /login", EVERY_USER, FORM, b"user=X\xff");
    assert_eq!(edge.label(&raw), "body_syntax");
}

#[test]
fn a_form_has_exactly_one_content_type() {
    let edge = edge_of(OPERATIONS);
    for (content_type, expected) in [
        ("application/x-www-form-urlencoded", "permit"),
        ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", "permit"),
        ("application/x-www-form-urlencoded;charset=\"utf-8\"", "permit"),
        ("application/x-www-form-urlencoded; charset=utf-16", "content_type"),
        ("application/x-www-form-urlencoded; charset=utf-8; a=b", "content_type"),
        ("application/json", "content_type"),
        ("multipart/form-data; boundary=x", "content_type"),
        ("text/plain", "content_type"),
    ] {
        let ask = ask("POST /login", EVERY_USER, content_type, b"user=X");
        assert_eq!(edge.label(&ask), expected, "{content_type}");
    }
    let book = r#"{"type":"writ","actions":["book"],"resources":["tickets"]}"#;
    let ask = Ask::new("POST /bookings", &[book]).header("content-type", FORM);
    let body = Some(b"seats=1".to_vec());
    assert_eq!(Edge::new().label(&Ask { body, ..ask }), "content_type");
}

#[test]
fn a_plus_in_a_form_is_judged_both_ways() {
    let edge = edge_of(OPERATIONS);
    let label = |line: &str, rules: &str, body: &str| edge.label(&ask(line, rules, FORM, body.as_bytes()));
    for (rules, body, expected) in [
        (r#"{"user":{"eq":"a b"}}"#, "user=a+b", "form_plus"),
        (r#"{"user":{"eq":"a+b"}}"#, "user=a+b", "form_plus"),
        (r#"{"user":{"in":["a b","a+b"]}}"#, "user=a+b", "permit"),
        (r#"{"user":{"eq":"c"}}"#, "user=a+b", "not_granted"),
        (r#"{"user":{"eq":"a b"}}"#, "user=a%20b", "permit"),
        (r#"{"user":{"eq":"a+b"}}"#, "user=a%2Bb", "permit"),
        (EVERY_USER, "user=X&csrf=a+b", "permit"),
        (EVERY_USER, "user=X&code=+7", "param_type"),
        (EVERY_USER, "user=X&a+b=c", "body_unknown"),
    ] {
        assert_eq!(label("POST /login", rules, body), expected, "{rules} {body}");
    }
}

#[test]
fn a_plus_in_the_query_and_one_in_the_form_are_judged_in_all_four_ways() {
    let edge = edge_of(OPERATIONS);
    let label = |users: &str, queries: &str| {
        let rules = format!(r#"{{"user":{{"in":[{users}]}},"q":{{"in":[{queries}]}}}}"#);
        edge.label(&ask("POST /login?q=c+d", &rules, FORM, b"user=a+b"))
    };
    let (users, queries) = (r#""a b","a+b""#, r#""c d","c+d""#);
    assert_eq!(label(users, queries), "permit");
    assert_eq!(label(users, r#""c d""#), "form_plus");
    assert_eq!(label(users, r#""c+d""#), "form_plus");
    assert_eq!(label(r#""a b""#, queries), "form_plus");
    assert_eq!(label(r#""a+b""#, queries), "form_plus");
    // Grants that admit the two readings that agree with each other, and neither of the others.
    let one = r#"{"type":"writ","actions":["login"],"resources":["sessions"],"rules":{"user":{"eq":"a b"},"q":{"eq":"c d"}}}"#;
    let other = r#"{"type":"writ","actions":["login"],"resources":["sessions"],"rules":{"user":{"eq":"a+b"},"q":{"eq":"c+d"}}}"#;
    let both = Ask::new("POST /login?q=c+d", &[one, other]).header("content-type", FORM);
    let body = Some(b"user=a+b".to_vec());
    assert_eq!(edge.label(&Ask { body, ..both }), "form_plus");
}

#[test]
fn the_judged_form_is_sent() {
    for (body, sent) in [
        ("csrf=a%20%c3%A9&%75ser=%58", "csrf=a%20%c3%A9&%75ser=%58"),
        ("csrf=a+%c3%A9&user=X", "csrf=a%20%c3%A9&user=X"),
        ("csrf=a=b%5D=&user=X", "csrf=a%3Db%5D%3D&user=X"),
    ] {
        let edge = edge_of(OPERATIONS);
        let verdict = edge.ask(&ask("POST /login", r#"{"user":{"eq":"X"}}"#, FORM, body.as_bytes()));
        let (request, _) = verdict.sent();
        assert_eq!(request.body.as_deref(), Some(sent.as_bytes()), "{body}");
        assert_eq!(crate::harness::header(&request, "content-type"), Some(FORM));
    }
}

#[test]
fn the_outgoing_form_has_the_limit_of_the_incoming() {
    let edge = edge_of(&OPERATIONS.replace("200000", "16"));
    for (body, expected) in [
        ("user=X&csrf=%3Da", "permit"),
        ("user=X&csrf==a", "permit"),
        ("user=X&csrf==aa", "body_too_large"),
        ("user=X&csrf=+aa", "body_too_large"),
        ("user=X&csrf=aaaa", "permit"),
    ] {
        assert_eq!(label(&edge, body), expected, "{body}");
    }
}

/// Pieces of forms, unusual ones among them.
fn forms() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("user"),
        Just("%75ser"),
        Just("scope"),
        Just("csrf"),
        Just("us+er"),
        Just("User"),
        Just("")
    ];
    let value = prop_oneof![
        "[a-c+]{0,3}",
        "%[0-9A-F]{2}",
        "[a-c+%&=; é'.]{0,4}",
        "a(%20|%2B|%C3%A9)b"
    ];
    let piece = (name, value, prop_oneof![4 => Just("="), 1 => Just("")])
        .prop_map(|(name, value, equals)| format!("{name}{equals}{value}"));
    proptest::collection::vec(piece, 1..4).prop_map(|pieces| pieces.join("&"))
}

proptest! {
    #[test]
    fn a_form_has_the_pairs_that_the_url_standard_reads(body in forms()) {
        let edge = edge_of(LISTS);
        let grant = r#"{"type":"writ","actions":["login"],"resources":["sessions"]}"#;
        let ask = Ask::bare("POST /login").header("content-type", FORM);
        let headers: Vec<(&str, &[u8])> = ask.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let head = Head { method: "POST", target: b"/login", authority: b"", headers: &headers, has_body: true };
        let said = rehearse(head, body.as_bytes(), &RehearsedGrants::new(support::grants(&[grant])), &edge.config, NOW);
        let standard: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).collect();
        let texts = |wanted: &str| standard.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.to_string()).collect::<Vec<_>>();
        if let Some(attempt) = said.attempts.first() {
            for (name, value) in &attempt.params {
                let own: Vec<_> = match value {
                    Param::List(values) => values.iter().map(|value| match value { Param::Text(text) => text.clone(), other => other.to_string() }).collect(),
                    Param::Text(text) => vec![text.clone()],
                    other => vec![other.to_string()],
                };
                prop_assert_eq!(own, texts(name), "{} in {}", name, &body);
            }
            for (name, _) in &standard {
                prop_assert!(["user", "scope", "csrf"].contains(&&**name), "{} is read in {}", name, &body);
            }
        }
    }
}
