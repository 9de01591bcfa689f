//! The whole output of commands: the help of every command, and the output of commands that only
//! read.
//!
//! Files lie in `snapshots/`. After an intended change, write them anew and look at the difference:
//! `INSTA_UPDATE=always cargo test --package edgewrit --test command snapshots`.

use crate::edge_configuration::decide::EDGE;
use crate::support::{CEILING, CommandResult, POLICY, TestFolder};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Compares `text` with the snapshot of this name.
fn compare(name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The command with these arguments, in the folder of `place` and without settings of the
/// environment.
fn command(place: &TestFolder, args: &[&str]) -> Command {
    let mut command = place.command(args);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"EDGEWRIT_")) {
        command.env_remove(name);
    }
    command.env_remove("EDGEWRIT_DATA").current_dir(place.folder());
    command
}

/// The call, and everything that it prints.
fn show(place: &TestFolder, call: &str, input: &str) -> String {
    let words = shlex::split(call).unwrap();
    let args: Vec<_> = words.iter().map(String::as_str).collect();
    let mut command = command(place, &args);
    command.stdin(Stdio::from(File::open(place.file("input", input)).unwrap()));
    let CommandResult { status, stdout, stderr } = CommandResult::of(command.output().unwrap());
    let errors: String = stderr.lines().map(|line| format!("2> {line}\n")).collect();
    format!(
        "$ edgewrit {call}\n{stdout}{errors}exit code {}\n",
        status.code().unwrap()
    )
}

/// The names of all commands, each with those above it; the program itself is the empty one.
fn list_commands(place: &TestFolder, above: &[&str]) -> Vec<Vec<String>> {
    let mut all = vec![above.iter().map(|&name| name.to_owned()).collect()];
    let help = CommandResult::of(command(place, &[&["help"], above].concat()).output().unwrap()).ok();
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next());
    for name in names.filter(|name| *name != "help") {
        all.extend(list_commands(place, &[above, &[name]].concat()));
    }
    all
}

#[test]
fn every_command_prints_its_help() {
    let place = TestFolder::new();
    let mut names = BTreeSet::new();
    for path in list_commands(&place, &[]) {
        let call = [&["help".to_owned()], &path[..]].concat();
        let help = show(&place, &call.join(" "), "");
        compare(&call.join("_"), &help);
        names.insert(format!("{}.snap", call.join("_")));
    }
    // The snapshot of a command that was removed is removed too.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/command_line/snapshots");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let of_help: BTreeSet<_> = files.filter(|name| name.starts_with("help")).collect();
    assert_eq!(of_help, names);
    assert!(names.len() > 30, "{names:?}");
}

#[test]
fn lint_prints_its_findings() {
    let place = TestFolder::new();
    place.file(
        "task.yaml",
        &POLICY.replace("[search]", "[delete]").replace("[flights]", "[\"**\"]"),
    );
    place.file("ceiling.yaml", CEILING);
    place.file("broken.yaml", "- audience: https://a.example\n  grants: []\n");
    let lint = "lint --now 2026-05-10T12:00:00Z";
    compare("lint", &show(&place, &format!("{lint} task.yaml ceiling.yaml"), ""));
    compare("lint_json", &show(&place, &format!("{lint} --json task.yaml"), ""));
    compare(
        "lint_faults",
        &show(&place, &format!("{lint} broken.yaml nowhere.yaml"), ""),
    );
}

#[test]
fn a_request_is_explained() {
    let place = TestFolder::new();
    place.file("edge.yaml", EDGE);
    place.file("task.yaml", POLICY);
    let explain = "explain --config edge.yaml --task task.yaml --at 2026-05-10T12:00:00Z";
    let flights = |query: &str| format!("{explain} --request 'GET /flights?{query}'");
    compare(
        "explain_permit",
        &show(&place, &flights("from=JFK&to=LHR&date=2026-05-10"), ""),
    );
    compare("explain_refuse", &show(&place, &flights("from=JFK&to=CDG"), ""));
    compare(
        "explain_json",
        &show(&place, &format!("{} --json", flights("from=JFK&to=CDG")), ""),
    );
    let body = r#"{"user": "X", "seats": 50}"#;
    let book = format!("{explain} --request 'POST /bookings' --body -");
    compare("explain_body", &show(&place, &book, body));
    compare("reach", &show(&place, "reach --config edge.yaml --task task.yaml", ""));
}

#[test]
fn questions_are_answered_by_lines() {
    let place = TestFolder::new();
    place.file("edge.yaml", EDGE);
    let questions = r#"{"id": 1, "scope": "read:tickets:*", "request": {"method": "GET", "target": "/bookings/8"}}
{"id": 2, "scope": "read:tickets:7", "request": {"method": "GET", "target": "/bookings/8"}}
{"id": 3, "scope": "read:tickets:7", "request": {"method": "GET", "target": "/nothing"}}
{"id": 4, "request": {"method": "GET"}}
"#;
    compare("decide", &show(&place, "decide --config edge.yaml", questions));
    let questions = r#"{"id": 1, "child": ["read:customers:42"], "parent": ["read:customers:*"]}
{"id": 2, "child": ["read:customers:*"], "parent": ["read:customers:42"]}
{"id": 3, "child": [], "parent": 7}
"#;
    compare("narrower", &show(&place, "narrower", questions));
}

#[test]
fn tables_of_operations_are_checked_made_and_replayed() {
    let place = TestFolder::new();
    place.file("edge.yaml", EDGE);
    place.file("task.yaml", POLICY);
    let table = r#"upstreams:
  u: {origin: https://u.example}
operations:
  - {match: "GET /customers/{id}", upstream: u, action: read, resource: "customers:{id}"}
  - {match: "DELETE /customers/self", upstream: u, action: "*", resource: "customers:self"}
"#;
    place.file("table.yaml", table);
    place.file(
        "broken.yaml",
        &EDGE.replace("upstream: travel, action: read", "upstream: none, action: \"\""),
    );
    compare("operations_check", &show(&place, "operations check edge.yaml", ""));
    compare(
        "operations_check_warnings",
        &show(&place, "operations check table.yaml", ""),
    );
    compare(
        "operations_check_json",
        &show(&place, "operations check --json table.yaml", ""),
    );
    compare(
        "operations_check_faults",
        &show(&place, "operations check broken.yaml", ""),
    );
    compare("config_check", &show(&place, "config check edge.yaml", ""));
    compare("config_check_faults", &show(&place, "config check broken.yaml", ""));

    let log = r#"{"method": "GET", "path": "/flights?from=JFK&to=LHR&date=2026-05-10"}
{"method": "GET", "path": "/flights?from=JFK&to=CDG"}
{"method": "GET", "path": "/trips/8"}
{"method": "POST", "path": "/bookings"}
no line of a log
"#;
    place.file("access.log", log);
    let replay = "operations replay --config edge.yaml --task task.yaml --at 2026-05-10T12:00:00Z access.log";
    compare("operations_replay", &show(&place, replay, ""));
    compare("operations_replay_json", &show(&place, &format!("{replay} --json"), ""));

    let document = json!({
        "openapi": "3.0.3", "info": {"title": "Pets", "version": "1"},
        "servers": [{"url": "https://pets.example"}],
        "paths": {"/pets/{id}": {"get": {
            "operationId": "showPet",
            "parameters": [
                {"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}},
                {"name": "filter", "in": "query", "style": "deepObject", "schema": {"type": "object"}},
            ],
        }}},
    });
    place.file("openapi.json", &document.to_string());
    compare(
        "operations_from_openapi",
        &show(&place, "operations from-openapi openapi.json", ""),
    );
    compare(
        "operations_from_openapi_faults",
        &show(&place, "operations from-openapi edge.yaml", ""),
    );
}

/// `text` without how long ago a moment was, which each run sees differently.
fn redact_ages(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once(" (") {
        Some((moment, age)) if age.ends_with(" ago)") => format!("{moment} (AGE ago)\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

#[test]
fn a_writ_is_inspected() {
    let place = TestFolder::new();
    let claims = json!({
        "iss": "https://issuer.example", "aud": "https://travel.example", "client_id": "planner-4c68510dfc1b",
        "sub": "spiffe://issuer.example/agent/holiday/trip-42/0123456789abcdef",
        "task_id": "trip-42", "orch_id": "holiday", "jti": "j", "lin": "l",
        "iat": 1_778_414_400, "nbf": 1_778_414_400, "exp": 1_778_415_000, "scope": "read:data:*",
        "authorization_details": [{
            "type": "writ", "actions": ["search"], "resources": ["flights"], "rules": {"to": {"eq": "LHR"}},
        }],
    });
    let header = json!({"alg": "EdDSA", "kid": "-k", "typ": "at+jwt"});
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let token = format!("{header}.{claims}.AA");
    compare("inspect", &redact_ages(&show(&place, "inspect -", &token)));
    compare("inspect_fault", &show(&place, "inspect -", "no.token"));
}

/// Copies the data directory of version 0.1, with the modes that git does not keep.
fn copy_fixture(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    fs::set_permissions(to, Permissions::from_mode(0o700)).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_fixture(&path, &copy);
        } else if entry.file_name() != "known.json" {
            fs::copy(&path, &copy).unwrap();
            fs::set_permissions(&copy, Permissions::from_mode(0o600)).unwrap();
        }
    }
}

#[test]
fn an_audit_is_verified_and_shown() {
    let place = TestFolder::new();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/data-0.1");
    copy_fixture(&fixture, &place.data());
    compare("audit_verify", &show(&place, "audit verify --data data", ""));
    let seen = format!("34:{}", "0".repeat(64));
    compare(
        "audit_verify_fault",
        &show(&place, &format!("audit verify --data data --seen {seen}"), ""),
    );
    compare(
        "audit_tail",
        &show(&place, "audit tail --no-follow -n 2 --data data", ""),
    );
    let database = fs::read(place.data().join("issuer.db")).unwrap();
    assert!(
        database == fs::read(fixture.join("issuer.db")).unwrap(),
        "the commands only read"
    );
}
