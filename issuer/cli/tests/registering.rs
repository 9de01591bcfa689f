//! `edgewrit client add`, `edgewrit edge add` and `edgewrit mint`: with a running server and without.

use crate::support::{CEILING, POLICY, Place};
use serde_json::Value;
use std::fs;

#[test]
fn a_client_is_registered_with_and_without_a_server() {
    let place = Place::new();
    let before = place.client("before");
    let server = place.serve();
    let during = place.client("during");
    for (client, task) in [(&before, "t1"), (&during, "t2")] {
        let policy = POLICY.replace("trip-42", task);
        assert_eq!(place.mint(client, &server, &policy, &[]).json()["task_id"], task);
    }
    server.stop();
    let after = place.client("after");
    let server = place.serve();
    let policy = POLICY.replace("trip-42", "t3");
    assert_eq!(
        place.mint(&after, &server, &policy, &["--tokens"]).ok().lines().count(),
        1
    );
}

#[test]
fn a_client_is_printed_for_people_unless_asked_otherwise() {
    let place = Place::new();
    let ceiling = place.file("ceiling.yaml", CEILING);
    let printed = place.run(&["client", "add", "planner", "--ceiling", &ceiling]).ok();
    let lines: Vec<_> = printed.lines().collect();
    assert!(
        lines[0].starts_with("client_id: planner-") && lines[1].starts_with("client_secret: ewcs_"),
        "{printed}"
    );
    assert!(place.run(&["client", "add", "planner", "--ceiling", &ceiling]).failed()[0].contains("the name is taken"));
}

#[test]
fn an_edge_gets_the_beginning_of_its_configuration() {
    let place = Place::new();
    let _server = place.serve();
    let add = [
        "edge",
        "add",
        "door",
        "--audience",
        "https://travel.example",
        "--upstream",
        "travel=https://api.travel.example",
    ];
    let snippet = place.run(&add).ok();
    assert_eq!(
        snippet.matches("ewes_").count(),
        1,
        "the credential is shown once:\n{snippet}"
    );
    let operations =
        "operations:\n  - {match: \"GET /flights\", upstream: travel, action: search, resource: flights}\n";
    let whole = place.file("edge.yaml", &format!("{snippet}{operations}"));
    let checked = place.run(&["config", "check", &whole]).ok();
    assert!(
        checked.contains("issuer: https://issuer.example") && checked.contains("secrets: EDGE_KEY"),
        "{checked}"
    );
}

#[test]
fn an_edge_needs_to_know_its_issuer() {
    let place = Place::new();
    let add = [
        "edge",
        "add",
        "door",
        "--audience",
        "a",
        "--upstream",
        "https://api.travel.example",
    ];
    assert!(place.run(&add).failed()[0].contains("`edgewrit serve`"));
    let named = place
        .run(&[&add[..], &["--issuer", "https://issuer.example", "--json"]].concat())
        .json();
    assert_eq!(named["issuer"], "https://issuer.example");
    assert_eq!(named["upstreams"]["upstream"]["origin"], "https://api.travel.example");
    place.serve().stop();
    assert_eq!(
        place.edge("later")["issuer"],
        "https://issuer.example",
        "it is remembered"
    );
}

#[test]
fn upstreams_have_names_of_their_own() {
    let add = [
        "edge",
        "add",
        "door",
        "--audience",
        "a",
        "--upstream",
        "https://a.example",
        "--upstream",
        "https://b.example",
    ];
    assert!(Place::new().run(&add).failed()[0].starts_with("`--upstream`: two are called `upstream`"));
}

#[test]
fn a_server_that_died_does_not_stand_in_the_way() {
    let place = Place::new();
    place.serve().kill();
    assert!(
        place.data().join("admin.sock").exists(),
        "what a killed server leaves behind"
    );
    place.client("after");
    let server = place.serve();
    place.client("again");
    server.stop();
}

#[test]
fn a_bad_ceiling_is_refused_with_every_place_and_registers_nobody() {
    let place = Place::new();
    let bad = "- audience: https://a.example\n  scope: [read, \"read:data:*\"]\n  ttl_max: soon\n- audience: 7\n  grants: []\n  more: 1\n";
    let file = place.file("bad.yaml", bad);
    let said = place.run(&["client", "add", "planner", "--ceiling", &file]).failed();
    for start in [
        "2:11: /0/scope/0: ",
        "3:3: /0/ttl_max: ",
        "4:3: /1/audience: ",
        "5:3: /1/grants: ",
        "6:3: /1/more: ",
        "4:3: /1: missing",
    ] {
        let whole = format!("{file}:{start}");
        assert!(said.iter().any(|line| line.starts_with(&whole)), "{whole} in {said:#?}");
    }
    assert!(!place.data().exists(), "nothing was touched");
    place.client("planner");
}

#[test]
fn a_task_beyond_the_ceiling_is_refused_at_its_line() {
    let place = Place::new();
    let (server, client) = (place.serve(), place.client("planner"));
    let said = place
        .mint(
            &client,
            &server,
            &POLICY.replace("[search]", "[refund]").replace("10m", "2h"),
            &[],
        )
        .failed();
    assert!(said[0].contains("more is asked for than"), "{said:?}");
    assert!(
        said.iter()
            .any(|line| line.contains("task.yaml:4:1: /ttl: `2h` is longer than the ceiling's `1h`")),
        "{said:#?}"
    );
    assert!(
        said.iter()
            .any(|line| line.contains("task.yaml:8:9: /audiences/https:~1~1travel.example/grants/0: ")),
        "{said:#?}"
    );
}

#[test]
fn a_client_that_is_none_mints_nothing() {
    let place = Place::new();
    let (server, mut client) = (place.serve(), place.client("planner"));
    client["client_secret"] = Value::from("wrong");
    assert_eq!(
        place.mint(&client, &server, POLICY, &[]).failed(),
        ["authentication failed"]
    );
    let policy = place.file("task.yaml", POLICY);
    let said = place
        .run(&["mint", "--task", &policy, "--issuer", &server.url])
        .failed();
    assert!(said[0].contains("EDGEWRIT_CLIENT_ID"), "{said:?}");
}

#[test]
fn secrets_do_not_go_out_in_the_clear() {
    let place = Place::new();
    let client = place.client("planner");
    let policy = place.file("task.yaml", POLICY);
    let said = place
        .run_as(
            &client,
            &["mint", "--task", &policy, "--issuer", "http://issuer.example"],
        )
        .failed();
    assert!(said[0].contains("plain `http` only to loopback"), "{said:?}");
}

#[test]
fn the_database_holds_no_secret() {
    let place = Place::new();
    let client = place.client("planner");
    let secret = client["client_secret"].as_str().unwrap();
    let database = fs::read(place.data().join("issuer.db")).unwrap();
    assert!(!database.windows(secret.len()).any(|window| window == secret.as_bytes()));
}
