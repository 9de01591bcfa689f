//! Every input gets a verdict without a panic. The edge sends the request as it arrived, with the
//! query in its canonical spelling.

use crate::harness::{Ask, Edge, SimulatedIssuer, TestVerdict, config_text, secret, writ};
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::bundle::apply_bundle;
use edgewrit_edge::issuer::call::IssuerAnswer;
use edgewrit_edge::step::Step;
use edgewrit_edge::verdict::in_flight::{Outcome, ResponseHead};
use edgewrit_shared::json;
use proptest::prelude::*;

const ALL: [&str; 2] = [
    r#"{"type":"writ","actions":["search","book","quote","report","options"],"resources":["**"]}"#,
    r#"{"type":"writ","actions":["read","probe"],"resources":["**"]}"#,
];

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..most)
}

fn lines() -> impl Strategy<Value = String> {
    let method = prop_oneof![8 => "GET|POST|HEAD|OPTIONS", 1 => "\\PC{0,5}"];
    let path = prop_oneof![
        Just("/flights".to_owned()),
        Just("/bookings".to_owned()),
        Just("/quotes".to_owned()),
        Just("/reports".to_owned()),
        "/customers/([a-z0-9:]|%[0-9A-F]{2}){0,4}",
        "/customers/[0-9]{1,3}/orders/[a-z]{1,3}",
        "/\\PC{0,10}",
    ];
    let query = prop_oneof![
        Just(String::new()),
        Just("?from=JFK&to=LHR&date=2026-05-10".to_owned()),
        "\\?(from=[A-Z+%]{0,3}&?|to=[A-Z]{3}&?|date=[0-9-]{1,10}&?|stops=[0-9.e-]{1,4}&?|q=[a+]{1,3}&?){0,5}",
        "\\?\\PC{0,20}",
    ];
    (method, path, query).prop_map(|(method, path, query)| format!("{method} {path}{query}"))
}

fn json_bodies() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(br#"{"passenger":{"user":"X"},"seats":1}"#.to_vec()),
        Just(br#"{"seats":1}"#.to_vec()),
        r#"\{("passenger":(\{"user":("X"|1|null)\}|null),?|"seats":[0-9.e]{1,3},?|"extras":\[(\{"sku":"a"\},?){0,2}\],?|"[a-z]{1,3}":1,?){0,4}\}"#
            .prop_map(String::into_bytes),
        bytes(60),
    ]
}

fn headers() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let name = prop_oneof![
        "accept|connection|content-type|content-length|content-encoding|upgrade|x-tenant|user-agent|authorization|x_api_key",
        "[a-z-]{0,10}",
    ];
    let value = prop_oneof!["[ -~\t]{0,20}".prop_map(String::into_bytes), bytes(20)];
    proptest::collection::vec((name, value), 0..4)
}

proptest! {
    #[test]
    fn every_request_gets_a_verdict_and_is_sent_unchanged(line in lines(), more in headers(), body in proptest::option::of(json_bodies())) {
        let edge = Edge::new();
        let mut ask = Ask::bare(&line).header("authorization", &format!("Bearer {}", writ(&ALL))).header("x-tenant", "a");
        if body.is_some() {
            ask = ask.header("content-type", "application/json");
        }
        ask.headers.extend(more);
        ask.body.clone_from(&body);
        match edge.ask_with(&ask, &SimulatedIssuer::default()) {
            TestVerdict::Refused(refusal) => {
                let line = refusal.record().line();
                prop_assert!(json::parse(line.as_bytes(), 100).is_ok(), "{line}");
                prop_assert!(json::parse(refusal.response().body.as_bytes(), 100).is_ok());
                prop_assert!((400..=503).contains(&refusal.status()));
            }
            TestVerdict::Sent(request, flight) => {
                // A `+` that is read as a space is encoded as a space; and every `=` in these lines
                // ends a name.
                prop_assert_eq!(request.target.as_str(), String::from_utf8(ask.target).unwrap().replace('+', "%20"));
                prop_assert_eq!(&request.method, &ask.method);
                prop_assert!(request.body.is_none() || request.body == body);
                prop_assert!(request.headers.iter().all(|(_, value)| value.iter().all(|byte| (b' '..=b'~').contains(byte) || *byte == b'\t')));
                let line = flight.finish(Outcome::Answered(200)).line();
                prop_assert!(json::parse(line.as_bytes(), 100).is_ok(), "{line}");
            }
        }
    }

    #[test]
    fn any_token_gets_a_refusal(token in prop_oneof!["\\PC{0,60}".prop_map(String::into_bytes), "[A-Za-z0-9_.-]{0,80}".prop_map(String::into_bytes), bytes(60)]) {
        let edge = Edge::new();
        let mut ask = Ask::bare("GET /reports");
        ask.headers.push(("authorization".into(), [b"Bearer ".as_slice(), &token].concat()));
        prop_assert_ne!(edge.label(&ask), "permit");
    }

    #[test]
    fn any_answer_of_the_issuer_gets_a_verdict(status in prop_oneof![Just(200_u16), Just(201), Just(409), any::<u16>()], body in prop_oneof![
        bytes(40), r#"\{"(spent|boot_id|type)":(\["a?"\]|"[a-z:_]{0,30}"|1)\}"#.prop_map(String::into_bytes)
    ]) {
        let edge = Edge::new();
        let limited = r#"{"type":"writ","actions":["search"],"resources":["flights"],"uses":{"max":2,"allowance":"a"}}"#;
        let ask = Ask::new("GET /flights?from=JFK&to=LHR&date=2026-05-10", &[limited]);
        let Step::Spend(need) = edge.start(&ask) else { panic!("no spend") };
        if let Step::Spend(need) = need.resume(IssuerAnswer::Got { status, body: &body }, &edge.world())
            && let Step::Forward(_) = need.resume(IssuerAnswer::Got { status, body: &body }, &edge.world()) {
            panic!("one answer is not two");
        }
        let bundle = apply_bundle(&edge.config, None, IssuerAnswer::Got { status, body: &body }, edge.now);
        prop_assert!(bundle.is_err());
    }

    #[test]
    fn any_response_gets_edits(status in any::<u16>(), more in headers()) {
        let (_, mut flight) = Edge::new().ask(&Ask::new("GET /reports", &ALL).header("x-tenant", "a")).sent();
        let headers: Vec<(&str, &[u8])> = more.iter().map(|(name, value)| (&**name, &**value)).collect();
        let edits = flight.edit_response(&ResponseHead { status, headers: &headers });
        prop_assert!(edits.remove.iter().all(|name| more.iter().any(|(own, _)| own == name)));
    }

    #[test]
    fn any_configuration_is_read_or_refused(cut in 0..2_000_usize, insert in "\\PC{0,3}|[\\[\\]{}\",:]{0,3}") {
        let mut text = config_text();
        let cut = cut.min(text.len());
        if text.is_char_boundary(cut) {
            text.insert_str(cut, &insert);
        }
        if let Err(faults) = Config::read(&text, &secret) {
            prop_assert!(!faults.is_empty());
        }
        prop_assert!(Config::read(&insert, &secret).is_err());
    }
}
