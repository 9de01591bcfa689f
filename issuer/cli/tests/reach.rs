//! `edgewrit reach`.

use crate::decide::EDGE;
use crate::support::Place;
use serde_json::{Value, json};

fn reach(grants: &Value) -> Value {
    let place = Place::new();
    let edge = place.file("edge.yaml", EDGE);
    let policy = json!({"task_id": "t", "orch_id": "o", "audiences": {"https://travel.example": {"grants": grants}}});
    let policy = place.file("task.json", &policy.to_string());
    place
        .run(&["reach", "--config", &edge, "--task", &policy, "--json"])
        .json()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| one["operation"].as_str().unwrap())
        .collect()
}

fn grant(action: &str, resource: &str, rules: &Value) -> Value {
    let mut grant = json!({"type": "writ", "actions": [action], "resources": [resource]});
    if rules != &json!({}) {
        grant["rules"] = rules.clone();
    }
    grant
}

#[test]
fn operations_are_reached_by_action_and_resource() {
    let said = reach(&json!([
        grant("search", "flights", &json!({})),
        grant("read", "tickets:*", &json!({})),
        grant("search", "**", &json!({})),
    ]));
    assert_eq!(names(&said["reached"]), ["GET /flights", "GET /bookings/{id}"]);
    assert_eq!(said["reached"][0]["grants"], json!([0, 2]));
    assert_eq!(said["reached"][1]["resource"], "tickets:{id}");
}

#[test]
fn a_captured_value_is_what_a_path_can_hold() {
    let reached = |resource: &str| !names(&reach(&json!([grant("read", resource, &json!({}))]))["reached"]).is_empty();
    for resource in [
        "tickets:*",
        "tickets:7",
        "tickets:a*z",
        "**",
        "*:*",
        "t*:**",
        "tickets:\\*",
    ] {
        assert!(reached(resource), "{resource}");
    }
    // A capture is not empty, is one segment, and brings no separator of its template.
    for resource in [
        "tickets:",
        "tickets:a/b",
        "tickets:a:b",
        "tickets:*/**",
        "tickets",
        "*",
        "seats:*",
    ] {
        assert!(!reached(resource), "{resource}");
    }
}

#[test]
fn a_rule_keeps_out_what_it_never_admits() {
    let reached = |rules: Value| !names(&reach(&json!([grant("book", "tickets", &rules)]))["reached"]).is_empty();
    for met in [
        json!({"user": {"eq": "X"}, "seats": {"max": 4}}),
        json!({"seats": {"in": ["x", 1]}}),
        json!({"skus": {"absent": true}}),
        json!({"skus": {"each": {"eq": "a"}}}),
        json!({"other": {"absent": true}}),
        json!({"other": {"optional": {"eq": "x"}}}),
        json!({"seats": {"optional": {"eq": 1}}}),
    ] {
        assert!(reached(met.clone()), "{met}");
    }
    for never in [
        json!({"seats": {"eq": "1"}}),
        json!({"user": {"min": 1}}),
        json!({"user": {"absent": true}}),
        json!({"skus": {"eq": "a"}}),
        json!({"other": {"eq": "x"}}),
        json!({"seats": {"optional": {"eq": "1"}}}),
    ] {
        assert!(!reached(never.clone()), "{never}");
    }
}

#[test]
fn what_is_just_out_of_reach_has_its_reason() {
    let said = reach(&json!([
        grant("search", "trains", &json!({})),
        grant("cancel", "tickets:7", &json!({})),
        grant("book", "tickets", &json!({"seats": {"eq": "1"}, "user": {"eq": "X"}})),
        grant("book", "trips", &json!({})),
    ]));
    assert_eq!(names(&said["reached"]), [""; 0]);
    let near: Vec<_> = said["near"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["operation"].as_str().unwrap(),
                one["grant"].as_u64().unwrap(),
                one["reason"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        near,
        [
            (
                "GET /flights",
                0,
                "grant 0 has the action, and no resource that this can be"
            ),
            (
                "POST /bookings",
                2,
                "grant 2 asks `seats` to be `{\"eq\":\"1\"}`, and the operation sends a number"
            ),
            (
                "GET /bookings/{id}",
                1,
                "grant 1 has the resource, and not the action `read`"
            ),
        ]
    );
    assert_eq!(names(&said["far"]), ["GET /quotes"]);
}

#[test]
fn the_policy_has_to_be_for_the_edge() {
    let place = Place::new();
    let edge = place.file("edge.yaml", EDGE);
    let policy = "{task_id: t, orch_id: o, audiences: {\"https://a.example\": {scope: [\"read:tickets:*\"]}}}";
    let policy = place.file("task.yaml", policy);
    let said = place.run(&["reach", "--config", &edge, "--task", &policy]).failed();
    let wanted = "/audiences: nothing is asked for at `https://travel.example`, only at `https://a.example`";
    assert!(said.len() == 1 && said[0].ends_with(wanted), "{said:?}");
    let picked = place.run(&[
        "reach",
        "--config",
        &edge,
        "--task",
        &policy,
        "--audience",
        "https://a.example",
    ]);
    assert!(
        picked
            .ok()
            .contains("  GET /bookings/{id}  read on tickets:{id}: grant 0\n")
    );
}
