//! Spending: the calls to the issuer, and the meaning of its answers.

use crate::harness::{Ask, Edge, SimulatedIssuer, TestVerdict};
use edgewrit_edge::issuer::call::{Call, IssuerAnswer};
use edgewrit_edge::step::{NeedSpend, Step};
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::time::UnixSeconds;

const LIMITED: &str =
    r#"{"type":"writ","actions":["search"],"resources":["flights"],"uses":{"max":2,"allowance":"b"}}"#;
const OTHER: &str = r#"{"type":"writ","actions":["search"],"resources":["**"],"rules":{"from":{"eq":"JFK"}},"uses":{"max":1,"allowance":"a"}}"#;
const FREE: &str = r#"{"type":"writ","actions":["search"],"resources":["flights"],"rules":{"to":{"eq":"LHR"}}}"#;
const FLIGHTS: &str = "GET /flights?from=JFK&to=LHR&date=2026-05-10";

fn need(edge: &Edge, ask: &Ask) -> NeedSpend {
    match edge.start(ask) {
        Step::Spend(need) => need,
        _ => panic!("no spend"),
    }
}

/// A need whose boot id is known.
fn booted(edge: &Edge, ask: &Ask) -> NeedSpend {
    let need = need(edge, ask);
    if need.call().path == "/v1/uses" {
        return need;
    }
    match need.resume(got(201, r#"{"boot_id":"boot-1"}"#), &edge.world()) {
        Step::Spend(need) => need,
        _ => panic!("no second call"),
    }
}

fn got(status: u16, body: &str) -> IssuerAnswer<'_> {
    IssuerAnswer::Got {
        status,
        body: body.as_bytes(),
    }
}

fn label(edge: &Edge, need: NeedSpend, answer: IssuerAnswer<'_>) -> &'static str {
    match need.resume(answer, &edge.world()) {
        Step::Refuse(refusal) => refusal.reason().label(),
        Step::Forward(_) => "permit",
        _ => "another need",
    }
}

fn body(call: &Call) -> Json {
    json::parse(&call.body, 100).unwrap()
}

#[test]
fn the_first_spend_asks_for_a_boot_id_and_later_ones_use_it() {
    let edge = Edge::new();
    let issuer = SimulatedIssuer::with("b", 5);
    let ask = Ask::new(FLIGHTS, &[LIMITED]);
    for _ in 0..2 {
        assert!(matches!(edge.ask_with(&ask, &issuer), TestVerdict::Sent(..)));
    }
    let calls = issuer.calls.borrow();
    let paths: Vec<&str> = calls.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/v1/edges/boot", "/v1/uses", "/v1/uses"]);
    assert_eq!(calls[0].1, "{}");
    let counters: Vec<_> = calls[1..]
        .iter()
        .map(|(_, body)| json::parse(body.as_bytes(), 100).unwrap())
        .collect();
    assert_eq!(counters[0].member("boot_id"), Some(&Json::Text("boot-1".into())));
    assert_ne!(counters[0].member("counter"), counters[1].member("counter"));
}

#[test]
fn the_call_shows_the_writ_and_every_allowance_once() {
    let edge = Edge::new();
    let ask = Ask::new(FLIGHTS, &[LIMITED, OTHER]);
    let call = booted(&edge, &ask).call();
    assert_eq!((call.method, call.path.as_str()), ("POST", "/v1/uses"));
    let token = ask.headers[0].1.strip_prefix(b"Bearer ").unwrap();
    let body = body(&call);
    assert_eq!(
        body.member("writ"),
        Some(&Json::Text(String::from_utf8(token.into()).unwrap()))
    );
    let ids = |ids: &[&str]| Json::List(ids.iter().map(|id| Json::Text((*id).into())).collect());
    assert_eq!(body.member("attempts"), Some(&Json::List(vec![ids(&["a", "b"])])));
    let headers: Vec<(&str, &str)> = call
        .headers
        .iter()
        .map(|(name, value)| (*name, value.expose()))
        .collect();
    assert_eq!(
        headers,
        [
            ("accept", "application/json"),
            ("authorization", "Basic ZWRnZS03OmVkZ2Utc2VjcmV0"),
            ("content-type", "application/json"),
        ]
    );
    assert!(call.timeout_ms > 0);
}

#[test]
fn nothing_is_spent_if_a_grant_without_limit_permits() {
    let edge = Edge::new();
    assert!(matches!(
        edge.start(&Ask::new(FLIGHTS, &[LIMITED, FREE])),
        Step::Forward(_)
    ));
    assert!(matches!(
        edge.start(&Ask::new(&FLIGHTS.replace("LHR", "CDG"), &[LIMITED, FREE])),
        Step::Spend(_)
    ));
}

#[test]
fn the_spend_does_not_depend_on_the_meaning_of_a_plus() {
    const FREELY: &str = "";
    let first_step = |space: &str, plus: &str| {
        let grant = |from: &str, uses: &str| {
            format!(
                r#"{{"type":"writ","actions":["search"],"resources":["flights"],"rules":{{"from":{{"eq":"{from}"}}}}{uses}}}"#
            )
        };
        let grants = [grant("New York", space), grant("New+York", plus)];
        let ask = Ask::new(
            &FLIGHTS.replace("JFK", "New+York"),
            &grants.each_ref().map(String::as_str),
        );
        match Edge::new().start(&ask) {
            Step::Refuse(refusal) => refusal.reason().label(),
            Step::Forward(_) => "permit",
            Step::Spend(_) => "spend",
            _ => "another need",
        }
    };
    let (a, b) = (
        r#","uses":{"max":1,"allowance":"a"}"#,
        r#","uses":{"max":1,"allowance":"b"}"#,
    );
    assert_eq!(first_step(FREELY, FREELY), "permit");
    assert_eq!(first_step(a, a), "spend");
    assert_eq!(first_step(a, b), "query_plus");
    assert_eq!(first_step(FREELY, b), "query_plus");
    assert_eq!(first_step(a, FREELY), "query_plus");
}

#[test]
fn only_the_debit_of_one_of_its_allowances_permits() {
    let edge = Edge::new();
    let ask = Ask::new(FLIGHTS, &[LIMITED, OTHER]);
    for (status, answer, expected) in [
        (200, r#"{"spent":["a"]}"#, "permit"),
        (200, r#"{"spent":["b"],"more":1}"#, "permit"),
        (200, r#"{"spent":["c"]}"#, "spend_answer"),
        (200, r#"{"spent":["a","b"]}"#, "spend_answer"),
        (200, r#"{"spent":[]}"#, "spend_answer"),
        (200, r#"{"spent":[1]}"#, "spend_answer"),
        (200, r#"{"spent":"a"}"#, "spend_answer"),
        (200, "{}", "spend_answer"),
        (200, "", "spend_answer"),
        (200, "<html>", "spend_answer"),
        (201, r#"{"spent":["a"]}"#, "spend_answer"),
        (202, r#"{"spent":["a"]}"#, "spend_refused"),
        (204, "", "spend_refused"),
        (302, r#"{"spent":["a"]}"#, "spend_refused"),
        (409, r#"{"type":"urn:edgewrit:error:uses_exhausted"}"#, "uses_exhausted"),
        (403, r#"{"type":"urn:edgewrit:error:uses_exhausted"}"#, "spend_refused"),
        (409, r#"{"type":"urn:edgewrit:error:other"}"#, "spend_refused"),
        (409, "", "spend_refused"),
        (401, r#"{"type":"urn:edgewrit:error:unauthorized"}"#, "spend_refused"),
        (500, "", "spend_refused"),
        (503, r#"{"spent":["a"]}"#, "spend_refused"),
    ] {
        assert_eq!(
            label(&edge, booted(&edge, &ask), got(status, answer)),
            expected,
            "{status} {answer}"
        );
    }
    assert_eq!(label(&edge, booted(&edge, &ask), IssuerAnswer::Failed), "spend_failed");
}

#[test]
fn the_client_can_tell_a_failed_spend_from_exhausted_uses() {
    let edge = Edge::new();
    let ask = Ask::new(FLIGHTS, &[LIMITED]);
    let refusal = |answer: IssuerAnswer<'_>| match booted(&edge, &ask).resume(answer, &edge.world()) {
        Step::Refuse(refusal) => (refusal.status(), refusal.error_code()),
        _ => panic!("not refused"),
    };
    assert_eq!(refusal(IssuerAnswer::Failed), (503, "spend_unavailable"));
    assert_eq!(refusal(got(500, "")), (503, "spend_unavailable"));
    assert_eq!(refusal(got(200, "")), (503, "spend_unavailable"));
    assert_eq!(
        refusal(got(409, r#"{"type":"urn:edgewrit:error:uses_exhausted"}"#)),
        (403, "uses_exhausted")
    );
}

#[test]
fn a_boot_id_is_text_of_bounded_length() {
    let long = format!(r#"{{"boot_id":"{}"}}"#, "a".repeat(129));
    let fits = format!(r#"{{"boot_id":"{}"}}"#, "a".repeat(128));
    for (status, answer, expected) in [
        (201, fits.as_str(), "another need"),
        (201, long.as_str(), "spend_answer"),
        (201, r#"{"boot_id":""}"#, "spend_answer"),
        (201, r#"{"boot_id":1}"#, "spend_answer"),
        (201, "{}", "spend_answer"),
        (200, r#"{"boot_id":"b"}"#, "spend_answer"),
        (401, r#"{"boot_id":"b"}"#, "spend_refused"),
    ] {
        let edge = Edge::new();
        let need = need(&edge, &Ask::new(FLIGHTS, &[LIMITED]));
        assert_eq!(label(&edge, need, got(status, answer)), expected, "{status} {answer}");
    }
    let edge = Edge::new();
    assert_eq!(
        label(&edge, need(&edge, &Ask::new(FLIGHTS, &[LIMITED])), IssuerAnswer::Failed),
        "spend_failed"
    );
}

#[test]
fn an_unknown_boot_id_is_forgotten_without_a_retry() {
    let edge = Edge::new();
    let ask = Ask::new(FLIGHTS, &[LIMITED]);
    let refused = label(
        &edge,
        booted(&edge, &ask),
        got(404, r#"{"type":"urn:edgewrit:error:unknown_boot"}"#),
    );
    assert_eq!(refused, "spend_refused");
    assert_eq!(need(&edge, &ask).call().path, "/v1/edges/boot");
    let _ = booted(&edge, &ask);
    assert_eq!(label(&edge, booted(&edge, &ask), got(400, "")), "spend_refused");
    assert_eq!(need(&edge, &ask).call().path, "/v1/uses", "any other refusal keeps it");
}

/// The use is debited, but its grant has ended: the edge does not send the request, and the record
/// says that the use is spent.
#[test]
fn a_window_that_ends_during_the_wait_refuses() {
    let mut edge = Edge::new();
    let UnixSeconds(now) = edge.now;
    let end = now + 5;
    let grant = LIMITED.replace(r#""uses""#, &format!(r#""not_after":{end},"uses""#));
    let ask = Ask::new(FLIGHTS, &[&grant]);
    let answer = got(200, r#"{"spent":["b"]}"#);
    let (in_time, late) = (booted(&edge, &ask), booted(&edge, &ask));
    edge.now = UnixSeconds(end - 1);
    assert_eq!(label(&edge, in_time, answer), "permit");
    edge.now = UnixSeconds(end);
    let Step::Refuse(refusal) = late.resume(answer, &edge.world()) else {
        panic!("not refused");
    };
    assert_eq!(refusal.reason().label(), "not_granted");
    let record = refusal.record().line();
    assert!(record.contains(r#""outcome":"spent""#), "{record}");
    let Step::Refuse(refusal) = edge.start(&ask) else {
        panic!("not refused");
    };
    assert_eq!(refusal.reason().label(), "not_granted");
}

#[test]
fn one_request_keeps_its_counter_over_the_call_for_a_boot_id() {
    let edge = Edge::new();
    let ask = Ask::new(FLIGHTS, &[LIMITED]);
    let (first, second) = (need(&edge, &ask), need(&edge, &ask));
    let counter = |need: NeedSpend| match need.resume(got(201, r#"{"boot_id":"x"}"#), &edge.world()) {
        Step::Spend(need) => body(&need.call()).member("counter").cloned(),
        _ => panic!("no second call"),
    };
    assert_ne!(counter(first), counter(second));
}

#[test]
fn a_call_does_not_print_its_credential_or_writ() {
    let edge = Edge::new();
    let call = need(&edge, &Ask::new(FLIGHTS, &[LIMITED])).call();
    assert!(!format!("{call:?}").contains("ZWRnZS03OmVkZ2Utc2VjcmV0"));
    for secret in [
        "ZWRnZS03OmVkZ2Utc2VjcmV0",
        "edge-secret",
        "travel-secret",
        "data-secret",
    ] {
        assert!(!format!("{:?}", edge.config).contains(secret));
    }
}
