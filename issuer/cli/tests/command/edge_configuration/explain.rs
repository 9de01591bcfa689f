//! `edgewrit explain`.

use crate::edge_configuration::decide::EDGE;
use crate::support::{CommandResult, TestFolder};
use serde_json::{Value, json};

fn policy(grants: &Value) -> Value {
    json!({"task_id": "t", "orch_id": "o", "audiences": {"https://travel.example": {"grants": grants}}})
}

/// An operation that takes a form.
const NOTES: &str = "
  - {match: POST /notes, upstream: travel, action: note, resource: notes, params: {text: form.text}}
";

/// The output of `explain` on `request` under these grants.
fn explain(grants: &Value, request: &str, body: Option<&str>, more: &[&str]) -> CommandResult {
    let place = TestFolder::new();
    let edge = place.file("edge.yaml", &format!("{}{NOTES}", EDGE.trim_end()));
    let policy = place.file("task.json", &policy(grants).to_string());
    let body = body.map(|body| place.file("body", body));
    let mut args = vec!["explain", "--config", &edge, "--task", &policy, "--request", request];
    args.extend(body.iter().flat_map(|body| ["--body", body.as_str()]));
    args.extend(more);
    place.run(&args)
}

fn search() -> Value {
    json!({"type": "writ", "actions": ["search"], "resources": ["flights"], "rules": {"to": {"eq": "LHR"}}})
}

#[test]
fn a_refusal_is_explained_grant_by_grant() {
    let book = json!({"type": "writ", "actions": ["book"], "resources": ["tickets"], "rules": {"user": {"eq": "X"}, "seats": {"max": 1}}, "uses": {"max": 1}});
    let read = json!({"type": "writ", "actions": ["book"], "resources": ["tickets:*"]});
    let late = json!({"type": "writ", "actions": ["book"], "resources": ["tickets"], "not_before": 1_778_414_400});
    let grants = json!([search(), read, book, late]);
    let said = explain(
        &grants,
        "POST /bookings",
        Some(r#"{"user":"Y","seats":2}"#),
        &["--at", "2026-05-10T11:59:59Z"],
    );
    assert_eq!(said.status.code(), Some(1));
    assert_eq!(said.stderr, "");
    assert_eq!(
        said.stdout,
        "refused: not_granted: now is outside the window `{\"not_before\":1778414400}`
operation: POST /bookings
attempt: book on tickets with user \"Y\", seats 2
  grant 0: search on flights, if to eq LHR
    action `book` is not granted
  grant 1: book on tickets:*
    resource `tickets` is not granted
  grant 2: book on tickets, if seats max 1 and user eq X, 1 in all
    parameter `seats` is the number `2`, expected `{\"max\":1}`; parameter `user` is the text `Y`, expected `{\"eq\":\"X\"}`
  grant 3: book on tickets, from 2026-05-10T12:00:00Z
    now is outside the window `{\"not_before\":1778414400}`
the smallest grant that would permit it:
  {\"type\":\"writ\",\"actions\":[\"book\"],\"resources\":[\"tickets\"],\"rules\":{\"seats\":{\"eq\":2},\"skus\":{\"absent\":true},\"user\":{\"eq\":\"Y\"}},\"uses\":{\"max\":1}}
"
    );
}

#[test]
fn a_permit_says_what_it_costs() {
    let book = json!({"type": "writ", "actions": ["book"], "resources": ["tickets"], "uses": {"max": 1}});
    let said = explain(
        &json!([search(), book]),
        "POST /bookings",
        Some(r#"{"user":"Y","seats":2}"#),
        &[],
    )
    .ok();
    assert!(
        said.starts_with("permitted by grant 1, one of its uses is spent\n"),
        "{said}"
    );
    let said = explain(&json!([search()]), "GET /flights?from=JFK&to=LHR", None, &["--json"]).json();
    assert_eq!(
        (&said["verdict"], &said["grant"], &said["spends"]),
        (&json!("permit"), &json!(0), &json!([]))
    );
    assert_eq!(said.get("smallest"), None);
}

#[test]
fn a_request_without_an_operation_is_explained() {
    let said = explain(&json!([search()]), "GET /flights/7", None, &[]);
    assert_eq!(said.status.code(), Some(1));
    assert_eq!(
        said.stdout,
        "refused: no_operation: no operation matches method and path\noperation: none matches\n"
    );
}

#[test]
fn headers_are_part_of_the_request() {
    let quote =
        json!({"type": "writ", "actions": ["quote"], "resources": ["quotes"], "rules": {"tenant": {"eq": "acme"}}});
    let with = |more: &[&str]| explain(&json!([quote]), "GET /quotes", None, more).status.code();
    assert_eq!(with(&["--header", "X-Tenant: acme"]), Some(0));
    assert_eq!(with(&["--header", "x-tenant: other"]), Some(1));
    assert_eq!(with(&[]), Some(1));
}

/// Adds the smallest grant to the policy and asks again.
#[track_caller]
fn permits_with_the_smallest(request: &str, body: Option<&str>) -> Value {
    let first = explain(&json!([search()]), request, body, &["--json"]);
    assert_eq!(first.status.code(), Some(1), "{}{}", first.stdout, first.stderr);
    let first: Value = serde_json::from_str(&first.stdout).unwrap();
    let grants = json!([search(), first["smallest"]]);
    let second = explain(&grants, request, body, &["--json"]).json();
    assert_eq!(
        (&second["verdict"], &second["grant"]),
        (&json!("permit"), &json!(1)),
        "{first}"
    );
    first["smallest"].clone()
}

#[test]
fn the_smallest_grant_turns_a_refusal_into_a_permit() {
    let grant = permits_with_the_smallest(
        "POST /bookings",
        Some(r#"{"user":"*\\","seats":2,"items":[{"sku":"a"},{"sku":"b"},{"sku":"a"}]}"#),
    );
    assert_eq!(
        grant["rules"],
        json!({"seats": {"eq": 2}, "user": {"eq": "*\\"}, "skus": {"each": {"in": ["a", "b"]}, "length": {"max": 3, "min": 3}}})
    );
    let grant = permits_with_the_smallest("POST /bookings", Some(r#"{"user":"X","seats":1e2,"items":[]}"#));
    assert_eq!(grant["rules"]["skus"], json!({"length": {"max": 0}}));
    let grant = permits_with_the_smallest("GET /bookings/a*b", None);
    assert_eq!(
        (&grant["resources"], grant.get("rules")),
        (&json!(["tickets:a\\*b"]), None)
    );
    let grant = permits_with_the_smallest("GET /flights?from=a+b&to=c", None);
    assert_eq!(
        grant["rules"],
        json!({"from": {"in": ["a b", "a+b"]}, "to": {"eq": "c"}, "date": {"absent": true}})
    );
    permits_with_the_smallest("GET /flights?from=JFK&to=%E2%80%AE%22%5C", None);
}

#[test]
fn a_plus_with_two_meanings_has_a_smallest_grant_in_a_query_and_in_a_form() {
    let only_space = |action: &str, resource: &str, param: &str| json!({"type": "writ", "actions": [action], "resources": [resource], "rules": {param: {"eq": "a b"}}});
    for (label, grant, request, body) in [
        (
            "query_plus",
            only_space("search", "flights", "from"),
            "GET /flights?from=a+b&to=c",
            None,
        ),
        (
            "form_plus",
            only_space("note", "notes", "text"),
            "POST /notes",
            Some("text=a+b"),
        ),
    ] {
        let refused = explain(&json!([grant]), request, body, &["--json"]);
        assert_eq!(refused.status.code(), Some(1), "{}{}", refused.stdout, refused.stderr);
        let refused: Value = serde_json::from_str(&refused.stdout).unwrap();
        assert_eq!(refused["label"], label);
        let permitted = explain(&json!([grant, refused["smallest"]]), request, body, &["--json"]).json();
        assert_eq!(permitted["verdict"], "permit", "{refused}");
    }
}

#[test]
fn the_smallest_grant_permits_nothing_else() {
    let smallest = permits_with_the_smallest("GET /flights?from=JFK&to=CDG", None);
    let code = |request: &str| explain(&json!([smallest]), request, None, &[]).status.code();
    assert_eq!(code("GET /flights?from=JFK&to=CDG"), Some(0));
    for other in [
        "GET /flights?from=JFK&to=LHR",
        "GET /flights?from=JFK&to=CDG&date=x",
        "GET /bookings/7",
    ] {
        assert_eq!(code(other), Some(1), "{other}");
    }
}

#[test]
fn a_request_that_no_grant_can_name_has_no_smallest_grant() {
    let long = format!("GET /flights?from=JFK&to={}", "x".repeat(1025));
    let said = explain(&json!([search()]), &long, None, &[]);
    let wanted = "no grant can be just this: /rules/to/eq: a string of 1025 bytes, the limit is 1024\n";
    assert!(said.stdout.ends_with(wanted), "{}", said.stdout);
}

#[test]
fn an_unreadable_input_has_another_exit_code_than_a_refusal() {
    let unreadable = |ended: CommandResult| (ended.status.code(), ended.stdout.clone(), ended.stderr);
    let (code, said, error) = unreadable(explain(&json!([]), "GET /flights", None, &[]));
    assert_eq!((code, said.as_str()), (Some(2), ""));
    assert!(error.contains("expected at least one grant"), "{error}");

    let (code, _, error) = unreadable(explain(
        &json!([search()]),
        "GET /flights",
        None,
        &["--audience", "https://other.example"],
    ));
    assert_eq!(code, Some(2));
    assert!(
        error.ends_with(
            ": /audiences: nothing is asked for at `https://other.example`, only at `https://travel.example`\n"
        ),
        "{error}"
    );
    for more in [["--body", "nowhere"], ["--at", "soon"], ["--header", "x"]] {
        assert_eq!(
            unreadable(explain(&json!([search()]), "GET /flights", None, &more)).0,
            Some(2),
            "{more:?}"
        );
    }
    assert_eq!(unreadable(explain(&json!([search()]), "GET", None, &[])).0, Some(2));
}

#[test]
fn a_body_without_a_content_type_is_json_or_a_form_by_its_first_character() {
    const EDGE: &str = r#"
issuer: https://issuer.example
trust: [11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo]
edge: {id: front-door, credential: "${secret:EDGE_KEY}"}
audience: https://travel.example
upstreams: {travel: {origin: https://api.travel.example}}
operations:
  - {match: POST /json, upstream: travel, action: search, resource: flights, params: {from: body./from, to: body./to}}
  - {match: POST /form, upstream: travel, action: search, resource: flights, params: {from: form.from, to: form.to}}
"#;
    let place = TestFolder::new();
    let (edge, policy) = (place.file("edge.yaml", EDGE), place.file("task.yaml", "task_id: t\norch_id: o\naudiences:\n  https://travel.example:\n    grants:\n      - {type: writ, actions: [search], resources: [flights]}\n"));
    for (path, text) in [
        ("json", " {\"from\": \"JFK\", \"to\": \"LHR\"}"),
        ("form", "from=JFK&to=LHR"),
    ] {
        let body = place.file(path, text);
        let request = format!("POST /{path}");
        let ended = place.run(&[
            "explain",
            "--config",
            &edge,
            // The earlier name of `--task`.
            "--policy",
            &policy,
            "--request",
            &request,
            "--body",
            &body,
        ]);
        assert_eq!(ended.status.code(), Some(0), "{}{}", ended.stdout, ended.stderr);
    }
}
