//! Many operations cost a request no more than few.

use crate::harness::{Ask, Edge, config_text, secret};
use edgewrit_edge::config::Config;
use std::fmt::Write as _;
use std::sync::Arc;

const ALL: [&str; 1] = [r#"{"type":"writ","actions":["a"],"resources":["**"]}"#];

pub(crate) fn edge_of(operations: &str) -> Edge {
    edge_with("best_effort", operations)
}

/// An edge with this value of `audit` and these operations.
pub(crate) fn edge_with(audit: &str, operations: &str) -> Edge {
    let text = config_text();
    let (before, _) = text.split_once("\"operations\":").unwrap();
    let text = format!("{before}\"audit\": \"{audit}\", \"operations\": [{operations}]}}");
    let config = Config::read(&text, &secret).unwrap_or_else(|faults| panic!("{faults:#?}"));
    Edge {
        config: Arc::new(config),
        ..Edge::new()
    }
}

fn operation(pattern: &str, resource: &str) -> String {
    format!(r#"{{"match":"{pattern}","upstream":"open","action":"a","resource":"{resource}"}}"#)
}

#[test]
fn each_of_ten_thousand_operations_is_found() {
    let mut operations = operation("GET /last/{id}", "last/{id}");
    for index in 0..9_999 {
        let _ = write!(
            operations,
            ",{}",
            operation(&format!("GET /group-{}/item-{index}/{{id}}", index % 100), "r/{id}")
        );
    }
    let edge = edge_of(&operations);
    for line in [
        "GET /last/1",
        "GET /group-0/item-0/1",
        "GET /group-98/item-9998/1",
        "GET /group-42/item-4242/x",
    ] {
        assert_eq!(edge.label(&Ask::new(line, &ALL)), "permit", "{line}");
    }
    assert_eq!(edge.label(&Ask::new("GET /group-1/item-0/1", &ALL)), "no_operation");
}

#[test]
fn the_most_specific_operation_wins_from_the_left() {
    let resource = |edge: &Edge, line: &str| match edge.ask(&Ask::new(line, &ALL)) {
        crate::harness::TestVerdict::Sent(_, flight) => {
            let line = flight
                .finish(edgewrit_edge::verdict::in_flight::Outcome::Answered(200))
                .line();
            let (_, rest) = line.split_once("\"resource\":\"").unwrap();
            rest.split('"').next().unwrap().to_owned()
        }
        crate::harness::TestVerdict::Refused(refusal) => refusal.reason().label().to_owned(),
    };
    let edge = edge_of(
        &[
            operation("GET /{a}/{b}", "two/{a}/{b}"),
            operation("GET /x/{b}", "x/{b}"),
            operation("GET /x/y", "xy"),
            operation("GET /{a}/y/z", "yz/{a}"),
            operation("GET /", "root"),
            operation("GET /%C3%A9/{b}", "e/{b}"),
        ]
        .join(","),
    );
    for (line, expected) in [
        ("GET /", "root"),
        ("GET /x/y", "xy"),
        ("GET /x/w", "x/w"),
        ("GET /w/w", "two/w/w"),
        ("GET /w/y/z", "yz/w"),
        ("GET /x/y/z", "no_operation"),
        ("GET /w/y", "no_operation"),
        ("GET /%C3%A9/1", "e/1"),
        ("GET /%C3%89/1", "operation_case"),
        ("GET /X/1", "operation_case"),
        ("GET /w/%20", "two/w/ "),
    ] {
        assert_eq!(resource(&edge, line), expected, "{line}");
    }
}

#[test]
fn a_captured_value_contains_no_separator_of_the_resource() {
    for (resource, label) in [
        ("{id}", "permit"),
        ("r/{id}", "permit"),
        ("r:{id}", "capture_separator"),
        ("r/{id}:s", "capture_separator"),
    ] {
        let edge = edge_of(&with_colon(&operation("GET /x/{id}", resource)));
        assert_eq!(edge.label(&Ask::new("GET /x/a:b", &ALL)), label, "{resource}");
    }
}

/// The operation with `colon: true`.
fn with_colon(operation: &str) -> String {
    operation.replacen('{', r#"{"colon":true,"#, 1)
}

#[test]
fn a_captured_value_contains_a_colon_only_if_the_operation_allows_it() {
    let rows = [
        operation("POST /topics/{t}", "topics/{t}"),
        with_colon(&operation("POST /urns/{u}", "urns/{u}")),
        r#"{"match":"GET /items/{n}","upstream":"open","action":"a","resource":"items","params":{"n":"path.n"}}"#
            .into(),
        r#"{"match":"GET /skip/{n}/{m}","upstream":"open","action":"a","resource":"{m}","ignore":["path.n"]}"#.into(),
    ];
    let edge = edge_of(&rows.join(","));
    for (line, expected) in [
        ("POST /topics/x", "permit"),
        ("POST /topics/x:delete", "capture_colon"),
        ("POST /topics/x%3Adelete", "capture_colon"),
        ("POST /topics/:", "capture_colon"),
        ("POST /topics/a:delete:publish", "capture_colon"),
        ("POST /topics/x%3adelete", "target_encoding"),
        ("POST /urns/urn:a:b", "permit"),
        ("POST /urns/urn%3Aa", "permit"),
        ("GET /items/x:y", "capture_colon"),
        ("GET /skip/x:y/z", "capture_colon"),
        ("GET /skip/x/y:z", "capture_colon"),
    ] {
        assert_eq!(edge.label(&Ask::new(line, &ALL)), expected, "{line}");
    }
}
