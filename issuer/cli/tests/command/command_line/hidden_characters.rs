//! No character that a terminal acts on reaches the terminal.

use crate::support::TestFolder;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edgewrit_shared::json::text::is_hidden;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::Stdio;

/// A text of every character that is hidden.
fn hidden() -> String {
    (char::MIN..=char::MAX)
        .filter(|character| is_hidden(*character))
        .collect()
}

#[track_caller]
fn is_shown(printed: &str) {
    let found = printed
        .chars()
        .find(|character| *character != '\n' && is_hidden(*character));
    assert_eq!(found, None, "{printed:?}");
}

#[test]
fn hidden_characters_are_escaped_for_people() {
    let (place, hidden) = (TestFolder::new(), hidden());
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("x{hidden}\nverified: an edge takes this writ");
    let payload = json!({"sub": text, "scope": "a:b:c", "iss": "\u{1b}[2J\nerror: none"});
    let token = format!("{}.{}.AAAA", part(&json!({"alg": "\u{9b}1m\u{202e}"})), part(&payload));
    let shown = place.run(&["inspect", &token]);
    is_shown(&shown.stdout);
    assert!(shown.stdout.contains("\\u{1b}[2J\\nerror: none") && shown.stdout.contains("\\u{9b}1m\\u{202e}"));
    assert!(
        !shown.stdout.lines().any(|line| line.starts_with("verified")),
        "{}",
        shown.stdout
    );

    let name = "no\u{1b}[31m\u{85}\u{2028}\u{202e}such\nerror: file.yaml";
    let refused = place.run(&["config", "check", name]);
    is_shown(&refused.stderr);
    assert_eq!(refused.stderr.lines().count(), 1, "{}", refused.stderr);
    let faulty = place.file("faulty.json", &json!({hidden: 1}).to_string());
    is_shown(&place.run(&["config", "check", &faulty]).stderr);
}

#[test]
fn hidden_characters_are_escaped_for_programs_and_the_value_is_the_same() {
    let (place, hidden) = (TestFolder::new(), hidden());
    let mut command = place.command(&["narrower"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let questions = hidden
        .chars()
        .map(|character| format!("{}\n", json!({"id": character, "child": [], "parent": []})));
    let questions: String = questions.collect();
    let mut input = child.stdin.take().unwrap();
    let asking = std::thread::spawn(move || input.write_all(questions.as_bytes()).unwrap());
    let answers = child.wait_with_output().unwrap();
    asking.join().unwrap();
    let answers = String::from_utf8(answers.stdout).unwrap();
    is_shown(&answers);
    let ids = answers.lines().map(|line| {
        serde_json::from_str::<Value>(line).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    });
    assert_eq!(ids.collect::<String>(), hidden);
}
