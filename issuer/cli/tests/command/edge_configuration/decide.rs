//! `edgewrit decide`.

use crate::support::{CommandResult, TestFolder};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

pub(crate) const EDGE: &str = "
issuer: https://issuer.example
trust: [11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo]
edge: {id: edge-7, credential: \"${secret:EDGE_KEY}\"}
hosts: [edge.example, edge.example:8443]
audience: https://travel.example
upstreams:
  travel: {origin: https://api.travel.example, credential: {set: {authorization: \"Bearer ${secret:TRAVEL_KEY}\"}}}
operations:
  - {match: GET /flights, upstream: travel, action: search, resource: flights,
     params: {from: query.from, to: query.to, date: {from: query.date, optional: true}}}
  - {match: POST /bookings, upstream: travel, action: book, resource: tickets,
     params: {user: body./user, seats: {from: body./seats, type: integer},
              skus: {from: body./items/*/sku, optional: true}}}
  - {match: \"GET /bookings/{id}\", upstream: travel, action: read, resource: \"tickets:{id}\"}
  - {match: GET /quotes, upstream: travel, action: quote, resource: quotes, params: {tenant: header.x-tenant}}
";

fn grants() -> Value {
    json!([
        {"type": "writ", "actions": ["search"], "resources": ["flights"], "rules": {"to": {"eq": "LHR"}}},
        {"type": "writ", "actions": ["book"], "resources": ["tickets"], "uses": {"max": 1}},
    ])
}

/// The output of `decide` on these lines.
fn decide(lines: &[String]) -> CommandResult {
    let place = TestFolder::new();
    let edge = place.file("edge.yaml", EDGE);
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let questions = place.file("questions", &lines);
    let mut command = place.command(&["decide", "--config", &edge]);
    command.stdin(std::fs::File::open(questions).unwrap());
    CommandResult::of(command.output().unwrap())
}

fn answers(ended: &CommandResult) -> Vec<Value> {
    ended
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[track_caller]
fn answer(question: &Value) -> Value {
    let ended = decide(&[question.to_string()]);
    assert!(ended.status.success(), "{}{}", ended.stdout, ended.stderr);
    answers(&ended).remove(0)
}

fn get(target: &str) -> Value {
    json!({"method": "GET", "target": target})
}

#[test]
fn a_permit_names_the_grant_and_the_attempt() {
    let body = r#"{"user":"X","seats":2,"items":[{"sku":"a"},{"sku":"b"}]}"#;
    let request = json!({"method": "POST", "target": "/bookings", "headers": [["Content-Type", "application/json"]], "body": body});
    assert_eq!(
        answer(&json!({"id": "q-1", "grants": grants(), "request": request})),
        json!({"id": "q-1", "verdict": "permit", "label": "permit", "grant": 1,
               "attempts": [{"action": "book", "resource": "tickets", "params": {"user": "X", "seats": 2, "skus": ["a", "b"]}}]})
    );
}

#[test]
fn a_refusal_has_its_label_and_no_grant() {
    assert_eq!(
        answer(&json!({"grants": grants(), "request": get("/flights?from=JFK&to=CDG")})),
        json!({"verdict": "refuse", "label": "not_granted",
               "attempts": [{"action": "search", "resource": "flights", "params": {"from": "JFK", "to": "CDG"}}]})
    );
    assert_eq!(
        answer(&json!({"id": null, "grants": [], "request": get("/nowhere")})),
        json!({"id": null, "verdict": "refuse", "label": "no_operation", "attempts": []})
    );
}

#[test]
fn a_request_is_for_the_first_host_unless_its_header_says_another() {
    let label = |headers: Value| {
        let request = json!({"method": "GET", "target": "/bookings/7", "headers": headers});
        answer(&json!({"scope": "read:tickets:*", "request": request}))["label"].clone()
    };
    assert_eq!(label(json!([])), "permit");
    assert_eq!(label(json!([["Host", "edge.example:8443"]])), "permit");
    assert_eq!(label(json!([["Host", "evil.example"]])), "host_unknown");
}

#[test]
fn scope_strings_are_a_list_or_one_text() {
    for scope in [
        json!("read:flights:1 read:tickets:*"),
        json!(["read:flights:1", "read:tickets:*"]),
    ] {
        let said = answer(&json!({"scope": scope, "request": get("/bookings/7")}));
        assert_eq!((&said["verdict"], &said["grant"]), (&json!("permit"), &json!(1)));
    }
}

#[test]
fn now_opens_and_closes_windows() {
    let grants = json!([{"type": "writ", "actions": ["read"], "resources": ["tickets:**"], "not_before": 1_778_414_400, "not_after": 1_778_414_401}]);
    let verdict =
        |now: Value| answer(&json!({"grants": grants, "request": get("/bookings/7"), "now": now}))["verdict"].clone();
    assert_eq!(verdict(json!(1_778_414_399)), "refuse");
    assert_eq!(verdict(json!(1_778_414_400)), "permit");
    assert_eq!(verdict(json!("2026-05-10T12:00:00Z")), "permit");
    assert_eq!(verdict(json!("2026-05-10T12:00:01Z")), "refuse");
    let by_the_clock = answer(&json!({"grants": grants, "request": get("/bookings/7")}));
    assert_eq!(by_the_clock["verdict"], "refuse", "that second is over");
}

#[test]
fn an_unreadable_question_is_answered_with_its_faults_and_the_others_are_answered() {
    let good = json!({"id": 9, "scope": "read:tickets:*", "request": get("/bookings/7")});
    let bad_grant = json!([{"type": "writ", "actions": ["book"], "resources": []}]);
    let cases = [
        ("{".to_owned(), json!({"error": ["not JSON at byte 1"]})),
        (String::new(), json!({"error": ["not JSON at byte 0"]})),
        (
            r#"{"id":1,"id":1}"#.to_owned(),
            json!({"error": ["member `id` stands twice in one object"]}),
        ),
        (
            json!({"id": [1], "scope": "a:b:c", "request": {"method": "GET"}, "more": 1}).to_string(),
            json!({"id": [1], "error": ["/more: unknown member `more`, expected one of `id`, `grants`, `scope`, `request`, `now`",
                                        "/request: missing member `target`"]}),
        ),
        (
            json!({"id": 2, "grants": bad_grant, "request": get("/")}).to_string(),
            json!({"id": 2, "error": ["/grants/0/resources: an empty array, expected at least one element"]}),
        ),
        (
            json!({"scope": "a:b:c", "grants": [], "request": get("/")}).to_string(),
            json!({"error": ["/: expected exactly one of `grants` and `scope`"]}),
        ),
        (
            json!({"scope": "a:b:c", "request": {"method": "GET", "target": "/", "headers": [["a"]]}, "now": "soon"})
                .to_string(),
            json!({"error": ["/now: expected seconds since 1970, or a moment such as `2026-05-10T12:00:00Z`, found the string `soon`",
                             "/request/headers/0: expected a header's name and value, found an array"]}),
        ),
    ];
    let lines: Vec<_> = cases
        .iter()
        .flat_map(|(bad, _)| [bad.clone(), good.to_string()])
        .collect();
    let ended = decide(&lines);
    let said = answers(&ended);
    assert_eq!(said.len(), lines.len());
    for (pair, (line, expected)) in said.chunks(2).zip(&cases) {
        assert_eq!(pair[0], *expected, "{line}");
        assert_eq!((&pair[1]["id"], &pair[1]["verdict"]), (&json!(9), &json!("permit")));
    }
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(ended.stderr, "error: 7 of 14 lines could not be read\n");
}

#[test]
fn a_line_that_is_too_long_is_not_kept_in_memory() {
    let long = format!("{{\"id\":\"{}\"}}", "x".repeat(4 * 1024 * 1024));
    let good = json!({"scope": "read:tickets:*", "request": get("/bookings/7")});
    let said = answers(&decide(&[long, good.to_string()]));
    assert_eq!(said[0], json!({"error": ["longer than 4194304 bytes"]}));
    assert_eq!((said.len(), &said[1]["verdict"]), (2, &json!("permit")));
}

#[test]
fn the_grants_of_one_line_are_not_those_of_the_next() {
    let question = |scope: &str| json!({"scope": scope, "request": get("/bookings/7")}).to_string();
    let bad = json!({"scope": "x", "request": get("/bookings/7")}).to_string();
    let lines = [
        question("read:tickets:7"),
        question("read:tickets:8"),
        bad,
        question("read:tickets:8"),
        json!({"grants": [{"type": "writ", "scope": "read:tickets:7"}], "request": get("/bookings/7")}).to_string(),
    ];
    let verdicts: Vec<_> = answers(&decide(&lines))
        .iter()
        .map(|said| said["verdict"].clone())
        .collect();
    assert_eq!(
        verdicts,
        [
            json!("permit"),
            json!("refuse"),
            Value::Null,
            json!("refuse"),
            json!("permit")
        ]
    );
}

#[test]
fn a_question_is_answered_before_the_next_one_is_sent() {
    let place = TestFolder::new();
    let edge = place.file("edge.yaml", EDGE);
    let mut child = place
        .command(&["decide", "--config", &edge])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, mut output) = (
        child.stdin.take().unwrap(),
        BufReader::new(child.stdout.take().unwrap()),
    );
    for id in 0..3 {
        let question = json!({"id": id, "scope": "read:tickets:*", "request": get("/bookings/7")}).to_string();
        // In two writes, so that a half line is waiting when the program looks.
        let (first, second) = question.split_at(20);
        input.write_all(first.as_bytes()).unwrap();
        input.write_all(format!("{second}\n").as_bytes()).unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&said["id"], &said["verdict"]), (&json!(id), &json!("permit")));
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}
