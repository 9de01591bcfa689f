//! `edgewrit narrower`: one question a line, one answer a line.

use crate::support::{CommandResult, TestFolder};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

/// Runs it on `input`.
fn answers(input: &str) -> CommandResult {
    let place = TestFolder::new();
    let mut command = place.command(&["narrower"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writing = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let ended = CommandResult::of(child.wait_with_output().unwrap());
    writing.join().unwrap().unwrap();
    ended
}

/// The answer to one question that can be read.
fn answer(question: &Value) -> Value {
    serde_json::from_str(&answers(&format!("{question}\n")).ok()).unwrap()
}

fn book(more: &Value) -> Value {
    let mut grant = json!({"type": "writ", "actions": ["book"], "resources": ["tickets"]});
    grant.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    grant
}

#[test]
fn scopes_and_structured_grants_are_compared() {
    for (child, parent, narrower) in [
        (json!(["read:data:1"]), json!(["read:data:*"]), true),
        (
            json!(["read:data:1", "list:data:1"]),
            json!(["list:data:*", "read:data:*"]),
            true,
        ),
        (json!([]), json!([]), true),
        (json!(["read:data:1"]), json!([]), false),
        (json!(["read:data:1", "write:data:1"]), json!(["read:data:*"]), false),
        (
            json!(["book:tickets:1"]),
            json!([{"type": "writ", "actions": ["book"], "resources": ["tickets:**"]}]),
            true,
        ),
        (
            json!([book(&json!({"uses": {"max": 1}}))]),
            json!([book(&json!({"uses": {"max": 3}}))]),
            true,
        ),
    ] {
        let answer = answer(&json!({"id": 7, "child": child, "parent": parent}));
        assert_eq!(answer["narrower"], json!(narrower), "{child} {parent}");
        assert_eq!(answer["id"], json!(7));
        assert_eq!(answer["witness"].is_object(), !narrower);
    }
}

#[test]
fn the_first_wider_grant_is_shown_by_a_witness() {
    let limits =
        book(&json!({"rules": {"seats": {"max": 4}}, "uses": {"max": 2}, "not_before": 100, "not_after": 200}));
    let within =
        book(&json!({"rules": {"seats": {"max": 1}}, "uses": {"max": 1}, "not_before": 100, "not_after": 200}));
    for (wider, witness) in [
        (
            json!({"rules": {"seats": {"eq": 9}}, "uses": {"max": 1}, "not_before": 100, "not_after": 200}),
            json!({"action": "book", "resource": "tickets", "params": {"seats": 9}, "at": 100}),
        ),
        (
            json!({"rules": {"seats": {"eq": 1}}, "uses": {"max": 1}, "not_before": 100, "not_after": 201}),
            json!({"action": "book", "resource": "tickets", "params": {"seats": 1}, "at": 200}),
        ),
        (
            json!({"rules": {"seats": {"eq": 1}}, "uses": {"max": 3}, "not_before": 100, "not_after": 200}),
            json!({"action": "book", "resource": "tickets", "params": {"seats": 1}, "at": 100, "uses": 3}),
        ),
    ] {
        let answer = answer(&json!({"child": [within, book(&wider), "search:x:y"], "parent": [limits]}));
        assert_eq!(answer, json!({"narrower": false, "witness": witness}));
    }
}

#[test]
fn an_unproven_answer_is_given_unless_another_grant_is_wider() {
    let child = json!({"type": "writ", "actions": ["read"], "resources": ["x**"]});
    let parent = json!({"type": "writ", "actions": ["read"], "resources": ["x*", "x*/**", "x*:**"]});
    let unproven = answer(&json!({"child": [child], "parent": [parent]}));
    assert_eq!(
        unproven,
        json!({"narrower": false, "unproven": "action `read` on `x**` is not granted"})
    );
    let wider = answer(&json!({"child": [child, "read:y:1"], "parent": [parent]}));
    assert_eq!(
        wider,
        json!({"narrower": false, "witness": {"action": "read", "resource": "y:1", "params": {}}})
    );
}

#[test]
fn an_unreadable_line_is_answered_with_its_faults_and_the_others_are_answered() {
    let good = r#"{"id":"last","child":["read:data:1"],"parent":["read:data:1"]}"#;
    let long = format!(r#"{{"id":1,"child":["{}"],"parent":[]}}"#, "x".repeat(4 * 1024 * 1024));
    let bad = r#"{"id":{"n":2.50},"child":["read:data",{"type":"writ","actions":[],"resources":["r"]}],"more":1}"#;
    // The last line has no line feed.
    let ended = answers(&format!("{{\n{long}\n{bad}\n\n{good}"));
    let answers: Vec<Value> = ended
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let expected = [
        json!({"error": ["not JSON at byte 1"]}),
        json!({"error": ["longer than 4194304 bytes"]}),
        json!({"id": {"n": 2.5}, "error": [
            "/more: unknown member `more`, expected one of `id`, `child`, `parent`",
            "/child/0: a scope of fewer than three parts, expected `action:resource:identifier`",
            "/child/1/actions: an empty array, expected at least one element",
            "/: missing member `parent`",
        ]}),
        json!({"error": ["not JSON at byte 0"]}),
        json!({"id": "last", "narrower": true}),
    ];
    assert_eq!(answers, expected);
    assert_eq!(
        (ended.status.code(), ended.stderr.as_str()),
        (Some(1), "error: 4 of 5 lines could not be read\n")
    );
}

#[test]
fn each_line_is_answered_before_the_next_one_is_sent() {
    let place = TestFolder::new();
    let mut child = place
        .command(&["narrower", "--json"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    for id in 0..3 {
        writeln!(stdin, r#"{{"id":{id},"child":[],"parent":[]}}"#).unwrap();
        assert_eq!(
            stdout.next().unwrap().unwrap(),
            format!(r#"{{"id":{id},"narrower":true}}"#)
        );
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}
