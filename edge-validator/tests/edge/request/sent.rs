//! The edge sends exactly the judged request.

use crate::harness::{Ask, Edge, header};

const ALL: [&str; 2] = [
    r#"{"type":"writ","actions":["search","book","report","options"],"resources":["**"]}"#,
    r#"{"type":"writ","actions":["read","probe"],"resources":["data:customers/*","profile"]}"#,
];
const FLIGHTS: &str = "GET /flights?from=JFK&to=LHR&date=2026-05-10";

fn names(request: &edgewrit_edge::verdict::permit::OutgoingRequest) -> Vec<&str> {
    let mut names: Vec<&str> = request.headers.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    names
}

#[test]
fn target_method_and_body_are_the_judged_bytes() {
    let edge = Edge::new();
    let target = "/flights?%66rom=J%46K&to=LHR&date=2026-05-10&page=a%20b%2f";
    let (request, _) = edge.ask(&Ask::new(&format!("GET {target}"), &ALL)).sent();
    assert_eq!(
        (request.method.as_str(), request.target.as_str(), request.body),
        ("GET", target, None)
    );
    let body = " {\"seats\" : 1.0,\n\"passenger\":{\"user\":\"\\u0058\"}}\t";
    let (request, _) = edge.ask(&Ask::new("POST /bookings", &ALL).json(body)).sent();
    assert_eq!(request.body.as_deref(), Some(body.as_bytes()));
}

#[test]
fn punctuation_inside_the_querys_values_is_encoded() {
    let edge = Edge::new();
    for (page, sent) in [
        ("a+b%2f", "a%20b%2f"),
        ("x%5D=y=", "x%5D%3Dy%3D"),
        ("%5d==%3d", "%5d%3D%3D%3d"),
    ] {
        let line = |page| format!("{FLIGHTS}&page={page}");
        let (request, _) = edge.ask(&Ask::new(&line(page), &ALL)).sent();
        assert_eq!(format!("GET {}", request.target), line(sent), "{page}");
    }
}

#[test]
fn the_operation_alone_decides_about_the_upstream() {
    let edge = Edge::new();
    let ask = Ask::new("GET /customers/7", &ALL)
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("x-original-url", "/admin")
        .header("x-envoy-original-path", "/admin");
    let (request, _) = edge.ask(&ask).sent();
    assert_eq!(request.upstream.name(), "data");
    assert_eq!(request.upstream.origin(), "https://data.example:8443");
    assert_eq!(request.upstream.authority(), "data.example:8443");
    assert_eq!(names(&request), ["user-agent", "x_api_key"]);
}

#[test]
fn the_writ_is_swapped_for_the_upstreams_credential() {
    let edge = Edge::new();
    let (request, _) = edge.ask(&Ask::new(FLIGHTS, &ALL)).sent();
    assert_eq!(header(&request, "authorization"), Some("Bearer travel-secret"));
    let (request, _) = edge.ask(&Ask::new("GET /customers/7", &ALL)).sent();
    assert_eq!(header(&request, "x_api_key"), Some("data-secret"));
    assert_eq!(header(&request, "authorization"), None);
    assert_eq!(
        header(&request, "user-agent"),
        Some("edge for spiffe://issuer.example/agent/orch-1/trip-42/1, task trip-42")
    );
    let (request, _) = edge.ask(&Ask::new("OPTIONS /reports", &ALL)).sent();
    assert!(request.headers.is_empty(), "an upstream without a credential gets none");
}

#[test]
fn only_listed_headers_pass() {
    let edge = Edge::new();
    let pass = [
        "accept",
        "accept-language",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-unmodified-since",
        "traceparent",
        "tracestate",
        "user-agent",
    ];
    let drop = [
        "accept-encoding",
        "baggage",
        "cf-connecting-ip",
        "content-type",
        "cookie",
        "expect",
        "forwarded",
        "from",
        "host",
        "idempotency-key",
        "keep-alive",
        "origin",
        "prefer",
        "proxy-authorization",
        "range",
        "referer",
        "te",
        "trailer",
        "transfer-encoding",
        "via",
        "x-api-key",
        "x-envoy-retry-on",
        "x-forwarded-for",
        "x-http-method-override",
        "x-request-id",
        "x-rewrite-url",
        "x-tenant",
        "x-trace-tag",
        "x_forwarded_for",
    ];
    let mut ask = Ask::new(FLIGHTS, &ALL);
    for name in pass.iter().chain(&drop) {
        ask = ask.header(name, "v");
    }
    let (request, _) = edge.ask(&ask).sent();
    let mut expected: Vec<&str> = pass.into_iter().chain(["authorization"]).collect();
    expected.sort_unstable();
    assert_eq!(names(&request), expected);
}

#[test]
fn content_type_passes_with_a_judged_body() {
    let edge = Edge::new();
    let ask = Ask::new("POST /bookings", &ALL)
        .json(r#"{"passenger":{"user":"X"},"seats":1}"#)
        .header("accept", "*/*");
    let (request, _) = edge.ask(&ask).sent();
    assert_eq!(header(&request, "content-type"), Some("application/json"));
    assert_eq!(names(&request), ["accept", "authorization", "content-type"]);
    let empty = Ask {
        body: Some(Vec::new()),
        ..Ask::new(FLIGHTS, &ALL)
    };
    let (request, _) = edge
        .ask(&empty.header("content-length", "0").header("content-type", "text/plain"))
        .sent();
    assert_eq!(names(&request), ["authorization"]);
}

#[test]
fn headers_of_an_operation_pass_on_it() {
    let edge = Edge::new();
    let ask = Ask::new("GET /reports", &ALL)
        .header("x-tenant", "a")
        .header("x-trace-tag", "t")
        .header("x-other", "o");
    let (request, _) = edge.ask(&ask).sent();
    assert_eq!(names(&request), ["user-agent", "x-tenant", "x-trace-tag", "x_api_key"]);
    assert_eq!(header(&request, "x-tenant"), Some("a"));
}

#[test]
fn headers_of_the_credential_never_come_from_the_client() {
    let edge = Edge::new();
    let ask = Ask::new("GET /customers/7", &ALL)
        .header("user-agent", "mine")
        .header("x-api-key", "mine")
        .header("x_api_key", "mine");
    let (request, _) = edge.ask(&ask).sent();
    assert_eq!(names(&request), ["user-agent", "x_api_key"]);
    assert_ne!(header(&request, "user-agent"), Some("mine"));
    assert_eq!(header(&request, "x_api_key"), Some("data-secret"));
}

#[test]
fn several_headers_of_one_name_become_one() {
    let edge = Edge::new();
    let several = Ask::new(FLIGHTS, &ALL)
        .header("accept", " text/a ")
        .header("user-agent", "u")
        .header("accept", "text/b\t")
        .header("accept", "");
    let (request, _) = edge.ask(&several).sent();
    assert_eq!(header(&request, "accept"), Some("text/a, text/b, "));
    assert_eq!(header(&request, "user-agent"), Some("u"));
}

#[test]
fn headers_that_connection_names_do_not_pass() {
    let edge = Edge::new();
    let ask = Ask::new(FLIGHTS, &ALL)
        .header("accept", "*/*")
        .header("user-agent", "u")
        .header("connection", "close , ACCEPT")
        .header("connection", "user-agent");
    let (request, _) = edge.ask(&ask).sent();
    assert_eq!(names(&request), ["authorization"]);
}

#[test]
fn a_claim_that_is_no_header_value_refuses_the_request() {
    let edge = Edge::new();
    let mut claims = edgewrit_test_issuer::claims(edgewrit_test_issuer::grants(&ALL));
    claims.task_id = "trip-42\u{e9}".into();
    let ask = |line: &str| {
        Ask::bare(line).header(
            "authorization",
            &format!("Bearer {}", edgewrit_test_issuer::writ(&claims)),
        )
    };
    assert_eq!(edge.label(&ask("GET /customers/7")), "credential_value");
    assert_eq!(
        edge.label(&ask(FLIGHTS)),
        "permit",
        "where no credential uses it, it does no harm"
    );
}
