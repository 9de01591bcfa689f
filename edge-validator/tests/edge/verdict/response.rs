//! Responses, which also pass through the pipeline.

use crate::harness::{Ask, Edge};
use edgewrit_edge::verdict::in_flight::{InFlight, Outcome, ResponseEdits, ResponseHead};
use edgewrit_shared::json;

const ALL: [&str; 1] = [r#"{"type":"writ","actions":["search","report"],"resources":["**"]}"#];

fn flight() -> InFlight {
    Edge::new()
        .ask(&Ask::new("GET /flights?from=JFK&to=LHR&date=2026-05-10", &ALL))
        .sent()
        .1
}

fn caching_flight() -> InFlight {
    Edge::new()
        .ask(&Ask::new("GET /reports", &ALL).header("x-tenant", "a"))
        .sent()
        .1
}

fn edits<'h>(flight: &mut InFlight, status: u16, headers: &'h [(&'h str, &'h [u8])]) -> ResponseEdits<'h> {
    flight.edit_response(&ResponseHead { status, headers })
}

#[test]
fn headers_that_speak_for_the_upstream_are_dropped() {
    let dropped = [
        "set-cookie",
        "set-cookie2",
        "www-authenticate",
        "proxy-authenticate",
        "authentication-info",
        "proxy-authentication-info",
        "alt-svc",
        "edgewrit-request-id",
        "edgewrit-other",
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "cache-control",
        "cdn-cache-control",
        "cloudflare-cdn-cache-control",
        "expires",
        "surrogate-control",
        "netlify-cdn-cache-control",
        "x-litespeed-cache-control",
        "x-surrogate-control",
        "edge-control",
        "x-accel-expires",
        "x-accel-redirect",
        "x-envoy-immediate-health-check-fail",
        "x-lighttpd-send-file",
        "x-litespeed-location",
        "x-reproxy-url",
        "x-sendfile",
    ];
    let kept = [
        "content-type",
        "content-length",
        "etag",
        "location",
        "vary",
        "x-rate-limit",
        "x-edgewrit",
        "cookie",
    ];
    let headers: Vec<(&str, &[u8])> = dropped
        .iter()
        .chain(&kept)
        .map(|name| (*name, b"v".as_slice()))
        .collect();
    assert_eq!(edits(&mut flight(), 200, &headers).remove, dropped);
}

#[test]
fn headers_that_connection_names_are_dropped() {
    let headers: [(&str, &[u8]); 4] = [
        ("x-hop", b"1"),
        ("connection", b"close, X-Hop"),
        ("x-other", b"1"),
        ("connection", b"x-third"),
    ];
    assert_eq!(
        edits(&mut flight(), 200, &headers).remove,
        ["x-hop", "connection", "connection"]
    );
}

#[test]
fn responses_are_private_and_carry_the_request_id() {
    let edits = edits(&mut flight(), 200, &[]);
    assert_eq!(edits.status, 200);
    assert_eq!(edits.body, None);
    let id = ("edgewrit-request-id", "00000000000000ab-1".to_owned());
    assert_eq!(edits.set, [id, ("cache-control", "private, no-store".to_owned())]);
}

#[test]
fn an_operation_can_leave_caching_to_the_upstream() {
    let headers: [(&str, &[u8]); 3] = [
        ("cache-control", b"max-age=60"),
        ("expires", b"x"),
        ("set-cookie", b"a=b"),
    ];
    let mut flight = caching_flight();
    let edits = edits(&mut flight, 200, &headers);
    assert_eq!(edits.remove, ["set-cookie"]);
    assert_eq!(edits.set.len(), 1);
}

#[test]
fn commands_to_a_proxy_are_dropped_even_if_the_upstream_sets_caching() {
    let headers: [(&str, &[u8]); 4] = [
        ("cdn-cache-control", b"max-age=60"),
        ("x-accel-redirect", b"/internal"),
        ("x-accel-expires", b"60"),
        ("x-sendfile", b"/etc/passwd"),
    ];
    assert_eq!(
        edits(&mut caching_flight(), 200, &headers).remove,
        ["x-accel-redirect", "x-accel-expires", "x-sendfile"]
    );
}

#[test]
fn a_header_with_a_secret_of_an_upstream_or_the_edge_is_dropped_and_recorded() {
    let headers: [(&str, &[u8]); 7] = [
        ("location", b"https://api.example/?key=travel%2dsecret"),
        ("x-other", b"v=data-secret"),
        ("x-basic", b"Basic ZWRnZS03OmVkZ2Utc2VjcmV0"),
        ("x-edge-secret", b"1"),
        ("x-safe", b"travel-secre"),
        ("etag", b"\"travel-SECRET\""),
        ("set-cookie", b"travel-secret"),
    ];
    let mut flight = flight();
    let removed = edits(&mut flight, 200, &headers).remove;
    assert_eq!(
        removed,
        ["location", "x-other", "x-basic", "x-edge-secret", "set-cookie"]
    );
    let record = flight.finish(Outcome::Answered(200));
    let line = record.line();
    assert!(
        line.contains(r#""reflected":"location, x-other, x-basic, (a name), set-cookie""#),
        "{line}"
    );
    assert!(record.is_reflection() && !record.is_routine());
    assert!(!line.contains("secret"), "{line}");
}

#[test]
fn a_record_names_few_of_the_headers_that_held_a_secret() {
    let names: Vec<String> = (0..100).map(|number| format!("x-{number}")).collect();
    let headers: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (&**name, b"travel-secret".as_slice()))
        .collect();
    let mut flight = flight();
    assert_eq!(edits(&mut flight, 200, &headers).remove.len(), 100);
    let line = flight.finish(Outcome::Answered(200)).line();
    assert!(
        line.contains(r#""reflected":"x-0, x-1, x-2, x-3, x-4, x-5, x-6, x-7""#),
        "{line}"
    );
}

#[test]
fn every_status_but_those_of_credentials_and_protocols_passes() {
    for status in 0..=599_u16 {
        let mut flight = flight();
        let edits = edits(&mut flight, status, &[]);
        let expected = match status {
            401 | 407 => (502, Some("upstream_credential")),
            0..=199 => (502, Some("upstream_failed")),
            _ => (status, None),
        };
        assert_eq!(
            (edits.status, edits.body.as_deref().map(code)),
            (expected.0, expected.1.map(str::to_owned)),
            "{status}"
        );
    }
}

fn code(problem: &str) -> String {
    match json::parse(problem.as_bytes(), 100).unwrap().member("error_code") {
        Some(json::Json::Text(code)) => code.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_replaced_response_keeps_no_header_of_the_upstream() {
    let headers: [(&str, &[u8]); 4] = [
        (":status", b"401"),
        ("content-encoding", b"gzip"),
        ("content-length", b"3"),
        ("x-secret", b"1"),
    ];
    let mut flight = flight();
    let edits = edits(&mut flight, 401, &headers);
    assert_eq!(edits.remove, ["content-encoding", "content-length", "x-secret"]);
    let names: Vec<&str> = edits.set.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["content-type", "cache-control", "edgewrit-request-id"]);
    assert!(edits.set.contains(&("content-type", "application/problem+json".into())));
    assert!(edits.set.contains(&("cache-control", "no-store".into())));
}

#[test]
fn an_upstream_without_an_answer_gives_a_problem_of_the_edge() {
    let answer = flight().unanswered_response();
    assert_eq!(answer.status, 502);
    assert_eq!(code(&answer.body), "upstream_failed");
}

#[test]
fn the_record_has_the_outcome() {
    let line = |outcome: Outcome| flight().finish(outcome).line();
    for (outcome, parts) in [
        (
            Outcome::Answered(200),
            ["\"status\":200", "\"label\":\"permit\"", "\"outcome\":\"answered\""],
        ),
        (
            Outcome::Answered(404),
            ["\"status\":404", "\"label\":\"permit\"", "\"outcome\":\"answered\""],
        ),
        (
            Outcome::Answered(407),
            [
                "\"status\":502",
                "\"label\":\"upstream_credential\"",
                "\"outcome\":\"answered\"",
            ],
        ),
        (
            Outcome::Answered(101),
            [
                "\"status\":502",
                "\"label\":\"upstream_switch\"",
                "\"outcome\":\"answered\"",
            ],
        ),
        (
            Outcome::Failed,
            [
                "\"status\":502",
                "\"label\":\"upstream_failed\"",
                "\"outcome\":\"failed\"",
            ],
        ),
        (
            Outcome::Aborted,
            ["\"status\":499", "\"label\":\"permit\"", "\"outcome\":\"aborted\""],
        ),
    ] {
        let routine = matches!(outcome, Outcome::Answered(200 | 404));
        assert_eq!(flight().finish(outcome).is_routine(), routine, "{}", line(outcome));
        for part in parts.into_iter().chain(["\"verdict\":\"permit\""]) {
            assert!(line(outcome).contains(part), "{part} in {}", line(outcome));
        }
    }
}

#[test]
fn a_spent_use_with_an_unknown_outcome_is_recorded_as_such() {
    let limited = r#"{"type":"writ","actions":["search"],"resources":["flights"],"uses":{"max":9,"allowance":"a"}}"#;
    for (outcome, expected) in [
        (Outcome::Answered(200), "answered"),
        (Outcome::Failed, "spent_unknown"),
        (Outcome::Aborted, "spent_unknown"),
    ] {
        let ask = Ask::new("GET /flights?from=JFK&to=LHR&date=2026-05-10", &[limited]);
        let (_, flight) = Edge::new()
            .ask_with(&ask, &crate::harness::SimulatedIssuer::with("a", 9))
            .sent();
        let record = flight.finish(outcome);
        let line = record.line();
        assert!(line.contains(&format!("\"outcome\":\"{expected}\"")), "{line}");
        assert_eq!(record.is_routine(), expected == "answered", "{line}");
    }
}

#[test]
fn the_refusal_of_a_withdrawn_permit_says_that_a_use_was_spent() {
    use edgewrit_edge::verdict::refusal::HostFault;
    let limited = r#"{"type":"writ","actions":["search"],"resources":["flights"],"uses":{"max":9,"allowance":"a"}}"#;
    let ask = Ask::new("GET /flights?from=JFK&to=LHR&date=2026-05-10", &[limited]);
    let (_, flight) = Edge::new()
        .ask_with(&ask, &crate::harness::SimulatedIssuer::with("a", 9))
        .sent();
    assert!(
        flight
            .withdraw(HostFault::OtherRequest)
            .record()
            .line()
            .contains(r#""outcome":"spent""#)
    );
    assert!(
        !self::flight()
            .withdraw(HostFault::OtherRequest)
            .record()
            .line()
            .contains("outcome")
    );
}
