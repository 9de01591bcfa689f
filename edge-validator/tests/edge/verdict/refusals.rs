//! Every label of a request, at its boundary. A row has a request and its label.

use crate::harness::{Ask, Edge, writ};
use edgewrit_shared::limits::{HEADER_BYTES, HEADERS};
use edgewrit_test_issuer::{self as support, NOW};

/// Grants of everything that the configuration knows.
const ALL: [&str; 3] = [
    r#"{"type":"writ","actions":["search","book","quote","report","options"],"resources":["**"]}"#,
    r#"{"type":"writ","actions":["read"],"resources":["data:customers/*","order:*","profile"]}"#,
    r#"{"type":"writ","actions":["probe"],"resources":["data:customers/**"]}"#,
];

const FLIGHTS: &str = "GET /flights?from=JFK&to=LHR&date=2026-05-10";

#[track_caller]
fn labels(rows: &[(&str, &str)]) {
    let edge = Edge::new();
    for (line, label) in rows {
        assert_eq!(edge.label(&Ask::new(line, &ALL)), *label, "{line}");
    }
}

#[track_caller]
fn bodies(rows: &[(&str, &str)]) {
    let edge = Edge::new();
    for (body, label) in rows {
        assert_eq!(
            edge.label(&Ask::new("POST /bookings", &ALL).json(body)),
            *label,
            "{body}"
        );
    }
}

#[test]
fn methods_are_upper_case_and_neither_connect_nor_trace() {
    labels(&[
        ("CONNECT /flights", "method"),
        ("TRACE /flights", "method"),
        ("get /flights", "method"),
        ("G-T /flights", "method"),
        ("PURGE /flights", "no_operation"),
        ("OPTIONS *", "target_form"),
        ("OPTIONS /reports", "permit"),
    ]);
    let edge = Edge::new();
    let nameless = Ask {
        method: String::new(),
        ..Ask::new("GET /flights", &ALL)
    };
    assert_eq!(edge.label(&nameless), "method");
}

#[test]
fn targets_are_canonical() {
    labels(&[
        ("GET /customers/../flights", "target_segment"),
        ("GET /customers/%2e%2e/flights", "target_encoding"),
        ("GET /customers//7", "target_segment"),
        ("GET /customers/7;v=1", "target_character"),
        ("GET /customers/a%2Fb", "target_encoding"),
        ("GET /customers/a%5Cb", "target_encoding"),
        ("GET /customers/a\\b", "target_character"),
        ("GET /customers/%41", "target_encoding"),
        ("GET /customers/é", "target_character"),
        ("GET /flights#x", "target_character"),
        ("GET https://api.travel.example/flights", "target_form"),
    ]);
}

#[test]
fn headers_have_limits() {
    let edge = Edge::new();
    let mut ask = Ask::new(FLIGHTS, &ALL);
    while ask.headers.len() < HEADERS {
        ask = ask.header("x-other", "");
    }
    assert_eq!(edge.label(&ask), "permit");
    assert_eq!(edge.label(&ask.header("x-other", "")), "header_count");

    let ask = Ask::new(FLIGHTS, &ALL);
    let used: usize = ask.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    let room = HEADER_BYTES - used - "x-other".len();
    assert_eq!(edge.label(&ask.clone().header("x-other", &"a".repeat(room))), "permit");
    assert_eq!(
        edge.label(&ask.header("x-other", &"a".repeat(room + 1))),
        "header_length"
    );
}

#[test]
fn header_values_that_matter_are_printable_ascii() {
    let edge = Edge::new();
    let with = |name: &str, value: &[u8]| {
        let mut ask = Ask::new(FLIGHTS, &ALL);
        ask.headers.push((name.into(), value.into()));
        ask
    };
    for byte in 0..=0xff_u8 {
        let value = [b"a", [byte].as_slice(), b"b"].concat();
        let fine = byte == b'\t' || (0x20..0x7f).contains(&byte);
        assert_eq!(
            edge.label(&with("accept", &value)),
            if fine { "permit" } else { "header_value" },
            "{byte:#x}"
        );
        assert_eq!(
            edge.label(&with("x-other", &value)),
            "permit",
            "{byte:#x} in a header that the edge does not read"
        );
    }
}

#[test]
fn upgrades_are_refused() {
    let edge = Edge::new();
    assert_eq!(
        edge.label(&Ask::new(FLIGHTS, &ALL).header("upgrade", "websocket")),
        "upgrade"
    );
    assert_eq!(
        edge.label(
            &Ask::new(FLIGHTS, &ALL)
                .header("connection", "upgrade")
                .header("upgrade", "h2c")
        ),
        "upgrade"
    );
}

#[test]
fn a_request_has_exactly_one_bearer_token() {
    let edge = Edge::new();
    let token = writ(&ALL);
    let rows = [
        (format!("Bearer {token}"), "permit"),
        (format!("bEARER {token}"), "permit"),
        (format!("  Bearer {token}\t"), "permit"),
        (String::new(), "token_missing"),
        ("Bearer".into(), "token_scheme"),
        ("Bearer ".into(), "token_scheme"),
        (token.clone(), "token_scheme"),
        (format!("Bearer  {token}"), "token_scheme"),
        (format!("Bearer\t{token}"), "token_scheme"),
        (format!("Bearer {token} x"), "token_scheme"),
        (format!("Bearer {token}\tx"), "token_scheme"),
        (format!("Basic {token}"), "token_scheme"),
        (format!("DPoP {token}"), "token_scheme"),
        (format!("Bearers {token}"), "token_scheme"),
        (format!("Bearer {token},Bearer {token}"), "token_repeated"),
        (format!("Bearer {token}, Bearer {token}"), "token_repeated"),
        (format!("Bearer {token},"), "token_repeated"),
        (format!("Basic eDp5, Bearer {token}"), "token_repeated"),
        (
            r#"Bearer {"payload":"e30","signature":"AA"}"#.into(),
            "token_json_serialisation",
        ),
        ("Bearer x".into(), "token_malformed"),
    ];
    for (value, label) in rows {
        assert_eq!(
            edge.label(&Ask::bare(FLIGHTS).header("authorization", &value)),
            label,
            "{value}"
        );
    }
}

#[test]
fn a_writ_is_accepted_only_in_one_authorization_header() {
    let edge = Edge::new();
    let token = writ(&ALL);
    let value = format!("Bearer {token}");
    assert_eq!(edge.label(&Ask::bare(FLIGHTS)), "token_missing");
    assert_eq!(
        edge.label(&Ask::new(FLIGHTS, &ALL).header("authorization", &value)),
        "token_repeated"
    );
    assert_eq!(
        edge.label(&Ask::new(FLIGHTS, &ALL).header("authorization", "")),
        "token_repeated"
    );
    assert_eq!(
        edge.label(
            &Ask::bare(FLIGHTS)
                .header("authorization", "")
                .header("authorization", &value)
        ),
        "token_repeated"
    );
    assert_eq!(
        edge.label(&Ask::bare(FLIGHTS).header("proxy-authorization", &value)),
        "token_missing"
    );
    assert_eq!(
        edge.label(&Ask::bare(FLIGHTS).header("cookie", &value)),
        "token_missing"
    );
    assert_eq!(
        edge.label(&Ask::bare(&format!("{FLIGHTS}&access_token={token}"))),
        "token_missing"
    );
    assert_eq!(
        edge.label(&Ask::new(FLIGHTS, &ALL).header("connection", "close, Authorization")),
        "token_missing"
    );
}

#[test]
fn a_writ_that_needs_a_proof_is_invalid() {
    let edge = Edge::new();
    let mut claims = support::claims(support::grants(&ALL));
    claims.cnf_jkt = Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I".into());
    let bound = support::writ(&claims);
    for _ in 0..2 {
        let ask = Ask::bare(FLIGHTS).header("authorization", &format!("Bearer {bound}"));
        assert_eq!(edge.label(&ask), "token_bound", "also when it was seen before");
    }
}

#[test]
fn every_request_without_a_fresh_snapshot_is_refused() {
    let mut edge = Edge::new();
    for (age, label) in [
        (0, "permit"),
        (59, "permit"),
        (60, "snapshot_stale"),
        (100, "snapshot_stale"),
    ] {
        edge.now = NOW.plus(age);
        assert_eq!(edge.label(&Ask::new(FLIGHTS, &ALL)), label, "after {age} seconds");
    }
    edge.snapshot = None;
    assert_eq!(edge.label(&Ask::new(FLIGHTS, &ALL)), "snapshot_missing");
}

#[test]
fn a_bundle_can_become_stale_before_the_configured_time() {
    let mut edge = Edge::new();
    let text = crate::harness::config_text().replacen('{', r#"{"freshness": 3600, "#, 1);
    edge.config = std::sync::Arc::new(edgewrit_edge::config::Config::read(&text, &crate::harness::secret).unwrap());
    for (age, label) in [(support::FRESH - 1, "permit"), (support::FRESH, "snapshot_stale")] {
        edge.now = NOW.plus(age);
        assert_eq!(edge.label(&Ask::new(FLIGHTS, &ALL)), label, "after {age} seconds");
    }
}

#[test]
fn a_request_without_an_operation_is_refused() {
    labels(&[
        ("GET /", "no_operation"),
        ("GET /flight", "no_operation"),
        ("GET /flights/", "no_operation"),
        ("GET /flights/x", "no_operation"),
        ("POST /flights", "no_operation"),
        ("HEAD /flights", "no_operation"),
        ("GET /Flights", "operation_case"),
        ("GET /flight%73", "target_encoding"),
        ("GET /customers", "no_operation"),
        ("GET /customers/", "no_operation"),
        ("GET /customers/7", "permit"),
        ("GET /customers/7/orders", "no_operation"),
        ("GET /customers/7/orders/9", "permit"),
        ("GET /customers/self", "permit"),
        ("GET /customers/SELF", "operation_case"),
        ("GET /customers/%C5%BFelf", "operation_case"),
        ("GET /customers/self/orders/9", "no_operation"),
        ("HEAD /customers/self", "permit"),
    ]);
}

#[test]
fn captured_values_contain_no_separator_of_their_resource() {
    labels(&[
        ("GET /customers/a:b", "capture_separator"),
        ("GET /customers/a%3Ab", "capture_separator"),
        ("GET /customers/1/orders/a:b", "capture_separator"),
        ("GET /customers/a%20b", "permit"),
    ]);
}

#[test]
fn resources_have_a_longest_length() {
    let edge = Edge::new();
    let fits = 512 - "data:customers/".len();
    assert_eq!(
        edge.label(&Ask::new(&format!("GET /customers/{}", "a".repeat(fits)), &ALL)),
        "permit"
    );
    assert_eq!(
        edge.label(&Ask::new(&format!("GET /customers/{}", "a".repeat(fits + 1)), &ALL)),
        "resource_length"
    );
}

#[test]
fn a_query_is_closed_and_unambiguous() {
    labels(&[
        (FLIGHTS, "permit"),
        ("GET /flights?date=2026-05-10&to=LHR&from=JFK", "permit"),
        ("GET /flights?%66rom=JFK&to=LHR&date=2026-05-10", "permit"),
        (
            "GET /flights?from=JFK&to=LHR&date=2026-05-10&page=2&page=3",
            "query_repeated",
        ),
        (
            "GET /flights?page&from=JFK&to=LHR&date=2026-05-10&page",
            "query_repeated",
        ),
        ("GET /flights?from=JFK&to=LHR&date=2026-05-10&seats=50", "query_unknown"),
        ("GET /flights?from=JFK&to=LHR&date=2026-05-10&FROM=CDG", "query_unknown"),
        (
            "GET /flights?from=JFK&to=LHR&date=2026-05-10&from%00=CDG",
            "target_encoding",
        ),
        (
            "GET /flights?from=JFK&to=LHR&date=2026-05-10&from%5B%5D=CDG",
            "query_unknown",
        ),
        (
            "GET /flights?from=JFK&to=LHR&date=2026-05-10&from=JFK",
            "query_repeated",
        ),
        (
            "GET /flights?from=JFK&to=LHR&date=2026-05-10&%66rom=CDG",
            "query_repeated",
        ),
        ("GET /flights?from=JFK&to=LHR", "param_missing"),
        ("GET /flights", "param_missing"),
        ("GET /flights?from=JFK&to=LHR&date", "param_type"),
        ("GET /flights?from=JFK&to=LHR&date=", "permit"),
        ("GET /flights?", "query_syntax"),
        ("GET /flights?from=JFK&to=LHR&date=2026-05-10&", "query_syntax"),
        ("GET /flights?from=JFK&&to=LHR&date=2026-05-10", "query_syntax"),
        ("GET /flights?&from=JFK&to=LHR&date=2026-05-10", "query_syntax"),
        ("GET /flights?=JFK&from=JFK&to=LHR&date=2026-05-10", "query_syntax"),
        ("GET /flights?from=JFK;to=LHR&date=2026-05-10", "target_character"),
        ("GET /flights?from=JFK%26to=LHR&date=2026-05-10", "param_missing"),
        ("OPTIONS /reports?a=b", "query_unknown"),
    ]);
}

#[test]
fn text_has_one_spelling_for_each_number_and_truth_value() {
    let row = |query: &str| format!("{FLIGHTS}&{query}");
    for (query, label) in [
        ("stops=1", "permit"),
        ("stops=-1", "permit"),
        ("stops=%31", "permit"),
        ("stops=1.0", "param_type"),
        ("stops=50e-1", "param_type"),
        ("stops=5E1", "param_type"),
        ("stops=01", "param_type"),
        ("stops=%2B1", "param_type"),
        ("stops=%201", "param_type"),
        ("stops=0x1", "param_type"),
        ("stops=", "param_type"),
        ("price=1.0", "permit"),
        ("price=50e-1", "permit"),
        ("price=1.", "param_type"),
        ("price=.5", "param_type"),
        ("price=NaN", "param_type"),
        ("price=1e99999", "param_type"),
        ("direct=true", "permit"),
        ("direct=false", "permit"),
        ("direct=True", "param_type"),
        ("direct=1", "param_type"),
    ] {
        assert_eq!(Edge::new().label(&Ask::new(&row(query), &ALL)), label, "{query}");
    }
}

#[test]
fn a_plus_is_judged_as_space_and_as_plus() {
    let edge = Edge::new();
    let label = |rule: &str, from: &str| {
        let grant =
            format!(r#"{{"type":"writ","actions":["search"],"resources":["flights"],"rules":{{"from":{rule}}}}}"#);
        edge.label(&Ask::new(
            &format!("GET /flights?from={from}&to=LHR&date=2026-05-10"),
            &[&grant],
        ))
    };
    for (rule, from, expected) in [
        (r#"{"eq":"New York"}"#, "New+York", "query_plus"),
        (r#"{"eq":"New+York"}"#, "New+York", "query_plus"),
        (r#"{"in":["New York","New+York"]}"#, "New+York", "permit"),
        (r#"{"eq":"Paris"}"#, "New+York", "not_granted"),
        (r#"{"eq":"New York"}"#, "New%20York", "permit"),
        (r#"{"eq":"New+York"}"#, "New%2BYork", "permit"),
        (r#"{"eq":"New+York"}"#, "New%20York", "not_granted"),
    ] {
        assert_eq!(label(rule, from), expected, "{rule} {from}");
    }
    let line = "GET /flights?from=JFK&to=LHR&date=2026-05-10";
    assert_eq!(edge.label(&Ask::new(&format!("{line}&page=a+b"), &ALL)), "permit");
    assert_eq!(edge.label(&Ask::new(&format!("{line}&a+b=c"), &ALL)), "query_unknown");
    assert_eq!(edge.label(&Ask::new(&format!("{line}&stops=+1"), &ALL)), "param_type");
}

#[test]
fn a_plus_is_judged_both_ways_where_a_body_follows() {
    let grant =
        r#"{"type":"writ","actions":["quote"],"resources":["quotes"],"rules":{"q":{"eq":"a b"},"seats":{"eq":1}}}"#;
    let edge = Edge::new();
    let label = |q: &str| edge.label(&Ask::new(&format!("POST /quotes?q={q}"), &[grant]).json(r#"{"seats":1}"#));
    assert_eq!(label("a+b"), "query_plus");
    assert_eq!(label("a%20b"), "permit");
    let both = r#"{"type":"writ","actions":["quote"],"resources":["quotes"],"rules":{"q":{"in":["a b","a+b"]},"seats":{"eq":1}}}"#;
    let ask = |seats: u8| Ask::new("POST /quotes?q=a+b", &[both]).json(&format!(r#"{{"seats":{seats}}}"#));
    assert_eq!(edge.label(&ask(1)), "permit");
    assert_eq!(edge.label(&ask(2)), "not_granted");
}

#[test]
fn path_and_header_parameters_are_typed_and_needed() {
    let edge = Edge::new();
    assert_eq!(edge.label(&Ask::new("GET /customers/x/orders/9", &ALL)), "param_type");
    assert_eq!(edge.label(&Ask::new("GET /reports", &ALL)), "param_missing");
    assert_eq!(
        edge.label(&Ask::new("GET /reports", &ALL).header("x-tenant", "a")),
        "permit"
    );
    assert_eq!(
        edge.label(
            &Ask::new("GET /reports", &ALL)
                .header("x-tenant", "a")
                .header("connection", "X-Tenant")
        ),
        "param_missing"
    );
    let one = r#"{"type":"writ","actions":["report"],"resources":["reports"],"rules":{"tenant":{"eq":"a"}}}"#;
    assert_eq!(
        edge.label(&Ask::new("GET /reports", &[one]).header("x-tenant", "a")),
        "permit"
    );
    let two = Ask::new("GET /reports", &[one])
        .header("x-tenant", "a")
        .header("x-tenant", "b");
    assert_eq!(edge.label(&two), "not_granted", "two headers are one value");
}

#[test]
fn a_body_is_accepted_only_for_an_operation_with_a_body() {
    let edge = Edge::new();
    assert_eq!(edge.label(&Ask::new(FLIGHTS, &ALL).json("{}")), "body_unexpected");
    let empty = Ask {
        body: Some(Vec::new()),
        ..Ask::new(FLIGHTS, &ALL)
    };
    assert_eq!(
        edge.label(&empty),
        "body_unexpected",
        "an empty one by chunks, too: its length is unknown"
    );
    assert_eq!(edge.label(&empty.header("content-length", "0")), "permit");
    assert_eq!(edge.label(&Ask::new("POST /bookings", &ALL)), "body_missing");
    assert_eq!(edge.label(&Ask::new("POST /bookings", &ALL).json("")), "body_missing");
    let chunked = Ask {
        body: Some(Vec::new()),
        ..Ask::new("POST /bookings", &ALL)
    }
    .header("content-type", "application/json");
    assert_eq!(edge.label(&chunked), "body_missing");
}

#[test]
fn a_body_has_a_longest_length() {
    let edge = Edge::new();
    let body = |length: usize| {
        let body = r#"{"seats":1}"#;
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    let ask = |length: usize| Ask::new("POST /quotes?q=a", &ALL).json(&body(length));
    assert_eq!(edge.label(&ask(40)), "permit");
    assert_eq!(edge.label(&ask(41)), "body_too_large");
    let mut lying = ask(41);
    lying.headers.retain(|(name, _)| name != "content-length");
    assert_eq!(edge.label(&lying), "body_too_large");
}

#[test]
fn the_announced_length_is_looked_at_before_the_body_is_read() {
    use edgewrit_edge::step::Step;
    let edge = Edge::new();
    let mut ask = Ask::new("POST /quotes?q=a", &ALL).json(r#"{"seats":1}"#);
    for (length, asks_for_body) in [("40", true), ("41", false), ("", true)] {
        ask.headers.retain(|(name, _)| name != "content-length");
        let ask = ask.clone().header("content-length", length);
        assert_eq!(matches!(edge.start(&ask), Step::Body(_)), asks_for_body, "{length}");
    }
}

#[test]
fn one_content_type_is_judged() {
    let edge = Edge::new();
    let label = |value: &str| {
        let mut ask = Ask::new("POST /quotes?q=a", &ALL).json(r#"{"seats":1}"#);
        ask.headers.retain(|(name, _)| name != "content-type");
        edge.label(&ask.header("content-type", value))
    };
    for value in [
        "application/json",
        "Application/JSON",
        "application/json;charset=utf-8",
        "application/json; charset=UTF-8",
        "application/json ; charset=\"utf-8\"",
    ] {
        assert_eq!(label(value), "permit", "{value}");
    }
    for value in [
        "",
        "text/plain",
        "application/jsonp",
        "application/json;",
        "application/json; charset=utf-16",
        "application/json; charset=utf-8; x=y",
        "application/json; boundary=x",
        "application/json, text/plain",
        "application/x-www-form-urlencoded",
        "application/merge-patch+json",
    ] {
        assert_eq!(label(value), "content_type", "{value}");
    }
    let mut none = Ask::new("POST /quotes?q=a", &ALL).json(r#"{"seats":1}"#);
    none.headers.retain(|(name, _)| name != "content-type");
    assert_eq!(edge.label(&none), "content_type");
    for encoding in ["gzip", "identity", ""] {
        let ask = Ask::new("POST /quotes?q=a", &ALL)
            .json(r#"{"seats":1}"#)
            .header("content-encoding", encoding);
        assert_eq!(edge.label(&ask), "content_encoding", "{encoding}");
    }
}

#[test]
fn bodies_are_strict_and_bounded_json() {
    let deep = format!(r#"{{"note":{}1{}}}"#, "[".repeat(40), "]".repeat(40));
    let many = format!(r#"{{"note":[1{}]}}"#, ",1".repeat(17_000));
    let long = format!(r#"{{"note":{}}}"#, "1".repeat(600));
    bodies(&[
        ("{", "body_syntax"),
        ("", "body_missing"),
        ("{}{}", "body_syntax"),
        ("{'seats':1}", "body_syntax"),
        (r#"{"seats":01}"#, "body_syntax"),
        (r#"{"seats":1,}"#, "body_syntax"),
        ("\u{feff}{}", "body_syntax"),
        (r#"{"seats":1,"seats":1}"#, "body_repeated"),
        (r#"{"seats":1,"\u0073eats":50}"#, "body_repeated"),
        (&deep, "body_limit"),
        (&many, "body_limit"),
        (&long, "body_limit"),
    ]);
    let edge = Edge::new();
    let latin = Ask {
        body: Some(b"{\"note\":\"\xe9\"}".to_vec()),
        ..Ask::new("POST /bookings", &ALL).json(r#"{"note":"x"}"#)
    };
    assert_eq!(edge.label(&latin), "body_syntax");
}

#[test]
fn a_body_is_closed_on_the_way_to_mapped_values() {
    bodies(&[
        (r#"{"passenger":{"user":"X"},"seats":1}"#, "permit"),
        (
            r#"{"passenger":{"user":"X"},"seats":1,"note":{"any":["thing",null]}}"#,
            "permit",
        ),
        (
            r#"{"passenger":{"user":"X"},"seats":1,"coupon":"free"}"#,
            "body_unknown",
        ),
        (
            r#"{"passenger":{"user":"X","frequent_flyer":"Y"},"seats":1}"#,
            "body_unknown",
        ),
        (r#"{"passenger":{"user":"X"},"Seats":1}"#, "body_unknown"),
        (
            r#"{"passenger":{"user":"X"},"seats":1,"note":1,"NOTE":2}"#,
            "body_repeated",
        ),
        (r#"{"passenger":{"user":"X"},"seats":1,"Seats":50}"#, "body_repeated"),
        (r#"{"passenger":{"user":"X"},"seats":1,"ſeats":50}"#, "body_repeated"),
        (r#"{"passenger":{"user":"X","USER":"Y"},"seats":1}"#, "body_repeated"),
        (r#"{"passenger":["user"],"seats":1}"#, "body_shape"),
        (r#"{"passenger":null,"seats":1}"#, "body_shape"),
        (r#"{"passenger":"X","seats":1}"#, "body_shape"),
        (r#"[{"passenger":{"user":"X"},"seats":1}]"#, "body_shape"),
        ("null", "body_shape"),
        (r#"{"seats":1}"#, "param_missing"),
        (r#"{"passenger":{},"seats":1}"#, "param_missing"),
        (r#"{"passenger":{"user":"X"}}"#, "param_missing"),
    ]);
}

#[test]
fn members_of_a_body_are_of_their_type() {
    let body = |member: &str| format!(r#"{{"passenger":{{"user":"X"}},"seats":1,{member}}}"#);
    let rows = [
        (r#"{"passenger":{"user":1},"seats":1}"#.into(), "param_type"),
        (r#"{"passenger":{"user":null},"seats":1}"#.into(), "param_type"),
        (r#"{"passenger":{"user":["X"]},"seats":1}"#.into(), "param_type"),
        (r#"{"passenger":{"user":"X"},"seats":"1"}"#.into(), "param_type"),
        (r#"{"passenger":{"user":"X"},"seats":1.5}"#.into(), "param_type"),
        (r#"{"passenger":{"user":"X"},"seats":2.0}"#.into(), "permit"),
        (r#"{"passenger":{"user":"X"},"seats":[1]}"#.into(), "param_type"),
        (body(r#""price":1.5"#), "permit"),
        (body(r#""price":"1.5""#), "param_type"),
        (body(r#""price":null"#), "param_type"),
        (body(r#""insured":true"#), "permit"),
        (body(r#""insured":"true""#), "param_type"),
        (body(r#""insured":1"#), "param_type"),
        (body(r#""tags":["a",1,true]"#), "permit"),
        (body(r#""tags":[]"#), "permit"),
        (body(r#""tags":"a""#), "param_type"),
        (body(r#""tags":[null]"#), "param_type"),
        (body(r#""tags":[["a"]]"#), "param_type"),
        (body(r#""tags":[{"a":1}]"#), "param_type"),
    ];
    for (text, label) in &rows {
        bodies(&[(text, label)]);
    }
}

#[test]
fn every_element_of_an_array_has_the_mapped_values() {
    let body = |extras: &str| format!(r#"{{"passenger":{{"user":"X"}},"seats":1,"extras":{extras}}}"#);
    for (extras, label) in [
        (r#"[{"sku":"a"},{"sku":"b","comment":null}]"#, "permit"),
        ("[]", "permit"),
        (r#"[{"sku":"a"},{"comment":"b"}]"#, "param_missing"),
        (r#"[{"sku":"a"},{}]"#, "param_missing"),
        (r#"[{"sku":"a"},{"sku":1}]"#, "param_type"),
        (r#"[{"sku":"a"},{"sku":null}]"#, "param_type"),
        (r#"[{"sku":"a","Sku":"b"}]"#, "body_repeated"),
        (r#"[{"sku":"a","price":0}]"#, "body_unknown"),
        (r#"["a"]"#, "body_shape"),
        (r#"{"sku":"a"}"#, "body_shape"),
        ("null", "body_shape"),
    ] {
        bodies(&[(&body(extras), label)]);
    }
}

#[test]
fn every_element_of_an_array_is_judged() {
    let grant =
        r#"{"type":"writ","actions":["book"],"resources":["tickets"],"rules":{"extras":{"each":{"in":["a","b"]}}}}"#;
    let edge = Edge::new();
    for (extras, label) in [
        (r#"[{"sku":"a"},{"sku":"b"}]"#, "permit"),
        (r#"[{"sku":"a"},{"sku":"c"}]"#, "not_granted"),
        (r#"[{"sku":"c"},{"sku":"a"}]"#, "not_granted"),
    ] {
        let body = format!(r#"{{"passenger":{{"user":"X"}},"seats":1,"extras":{extras}}}"#);
        assert_eq!(
            edge.label(&Ask::new("POST /bookings", &[grant]).json(&body)),
            label,
            "{extras}"
        );
    }
}
