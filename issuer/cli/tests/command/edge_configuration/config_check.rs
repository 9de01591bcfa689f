//! Files that people write: `edgewrit config check`, and what is said of files that cannot be read.

use crate::support::{CommandResult, TestFolder};
use serde_json::Value;

const PIN: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fn edge() -> String {
    format!(
        "issuer: https://issuer.example
trust: [{PIN}]
edge: {{id: edge-7, credential: \"${{secret:EDGE_KEY}}\"}}
audience: https://travel.example
upstreams:
  travel: {{origin: https://api.travel.example, credential: {{set: {{authorization: \"Bearer ${{secret:TRAVEL_KEY}}\"}}}}}}
operations:
  - {{match: \"GET /flights\", upstream: travel, action: search, resource: flights, params: {{from: query.from}}}}
"
    )
}

#[test]
fn a_configuration_is_checked_and_converted() {
    let place = TestFolder::new();
    let file = place.file("edge.yaml", &edge());
    let said = place.run(&["config", "check", &file]).ok();
    assert!(said.contains("upstream travel: https://api.travel.example"), "{said}");
    assert!(said.contains("secrets: EDGE_KEY, TRAVEL_KEY"), "{said}");
    let json = place.run(&["config", "check", "--json", &file]).ok();
    let value: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["edge"]["credential"], "${secret:EDGE_KEY}", "no secret is put in");
    let again = place.file("edge.json", &json);
    assert_eq!(place.run(&["config", "check", "--json", &again]).ok(), json);
}

#[test]
fn a_warning_names_a_secret_that_is_too_short_to_be_searched_for() {
    let place = TestFolder::new();
    let file = place.file("edge.yaml", &edge());
    let mut command = place.command(&["config", "check", &file]);
    command.env("EDGE_KEY", "long-enough").env("TRAVEL_KEY", "seven77");
    let said = CommandResult::of(command.output().unwrap()).ok();
    let warnings: Vec<_> = said.lines().filter(|line| line.starts_with("warning: ")).collect();
    assert_eq!(
        warnings,
        ["warning: the secret `TRAVEL_KEY` has fewer than 8 bytes: responses are not searched for it"]
    );
    assert!(!said.contains("seven77") && !said.contains("long-enough"), "{said}");
}

#[test]
fn every_fault_of_a_configuration_is_reported_with_its_line() {
    let place = TestFolder::new();
    let bad = edge()
        .replace("https://issuer.example", "http://issuer.example")
        .replace("upstream: travel,", "upstream: nowhere,");
    let file = place.file("edge.yaml", &format!("{bad}more: 1\n"));
    let said = place.run(&["config", "check", &file]).failed();
    for start in ["1:1: /issuer: ", "8:29: /operations/0/upstream: ", "9:1: /more: "] {
        let whole = format!("{file}:{start}");
        assert!(said.iter().any(|line| line.starts_with(&whole)), "{whole} in {said:#?}");
    }
}

#[test]
fn text_on_which_readers_of_yaml_disagree_is_refused_with_its_line() {
    let place = TestFolder::new();
    let file = place.file("edge.yaml", "a: no\nb:\n  c: 2026-05-10\nd: &x 1\ne: *x\na: 2\n");
    let said = place.run(&["config", "check", &file]).failed();
    let places: Vec<_> = said
        .iter()
        .map(|line| {
            line.strip_prefix(&format!("{file}:"))
                .unwrap()
                .split(": ")
                .next()
                .unwrap()
        })
        .collect();
    assert_eq!(places, ["1:4", "3:6", "4:4", "5:4", "6:1"], "{said:#?}");
}

#[test]
fn files_that_cannot_be_read_are_reported_by_name() {
    let place = TestFolder::new();
    let binary = place.file("binary.yaml", "x");
    std::fs::write(&binary, b"a: \xff\xfe").unwrap();
    let cases = [
        ("nowhere.yaml".to_owned(), "No such file"),
        (binary, "not UTF-8 at byte 3"),
        (place.file("empty.yaml", ""), "expected a document"),
        (place.file("broken.json", "{\n \"a\": }"), ":2:7: not JSON"),
        (place.file("twice.json", "{\"a\":1,\"a\":2}"), "stands twice"),
        (place.file("broken.yaml", "a: [1,\n"), "not YAML"),
        (place.file("deep.json", &"[".repeat(100_000)), "nested deeper"),
        (
            place.file("large.yaml", &" ".repeat(16 * 1024 * 1024 + 1)),
            "larger than",
        ),
    ];
    for (file, why) in cases {
        let said = place.run(&["config", "check", &file]).failed();
        assert!(
            said.len() == 1 && said[0].starts_with(&file) && said[0].contains(why),
            "{said:?}"
        );
    }
}

#[test]
fn wrong_usage_has_another_exit_code_than_a_failure() {
    let place = TestFolder::new();
    for args in [
        &[][..],
        &["serve", "--listen", "x"],
        &["nothing"],
        &["inspect"],
        &["inspect", "x", "--issuer", "https://i.example"],
    ] {
        assert_eq!(place.run(args).status.code(), Some(2), "{args:?}");
    }
    for task in [
        "serve",
        "client",
        "edge",
        "mint",
        "inspect",
        "config",
        "decide",
        "explain",
        "reach",
        "operations",
    ] {
        assert!(place.run(&[task, "--help"]).ok().contains("Usage: "));
    }
}
