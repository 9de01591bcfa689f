//! The endpoints with which an operator registers clients and edges.

use crate::support::{Bench, TRAVEL, post, send, travel_ceiling};
use serde_json::{Value, json};

async fn ask(bench: &Bench, path: &str, body: &Value) -> crate::support::Answer {
    send(&bench.admin, post(None, path, body)).await
}

#[tokio::test]
async fn an_edge_gets_the_bundle_keys_to_pin() {
    let bench = Bench::new().await;
    let body = json!({"name": "edge-7", "audience": TRAVEL, "upstreams": ["https://api.travel.example"]});
    let answer = ask(&bench, "/edges", &body).await.json();
    let trust = answer["trust"].as_array().unwrap();
    assert_eq!(answer["issuer"], "https://issuer.example");
    assert_eq!(
        (trust.len(), &trust[0]),
        (2, &json!(bench.pin)),
        "the key that signs, and the next one"
    );
    assert!(answer["edge"]["id"].as_str().unwrap().starts_with("edge-7-"));
    assert!(answer["edge"]["credential"].as_str().unwrap().starts_with("ewes_"));
    assert_eq!(
        (&answer["audience"], &answer["upstreams"]),
        (&body["audience"], &body["upstreams"])
    );
}

#[tokio::test]
async fn a_name_is_given_once() {
    let bench = Bench::new().await;
    let client = json!({"name": "same", "ceiling": travel_ceiling()});
    let edge = json!({"name": "same", "audience": TRAVEL, "upstreams": ["https://api.travel.example"]});
    for (path, body) in [("/clients", client), ("/edges", edge)] {
        assert_eq!(ask(&bench, path, &body).await.status, 201);
        ask(&bench, path, &body).await.problem(409, "name_taken");
    }
}

#[tokio::test]
async fn secrets_are_not_kept() {
    let bench = Bench::new().await;
    let answer = ask(&bench, "/clients", &json!({"name": "c", "ceiling": travel_ceiling()}))
        .await
        .json();
    let secret = answer["client_secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("ewcs_") && secret.len() == 5 + 43);
    let bench = bench.reopened().await;
    for entry in walk(bench.path()) {
        let content = std::fs::read(&entry).unwrap();
        let found = content.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{}", entry.display());
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] })
        .collect()
}

#[tokio::test]
async fn a_malformed_ceiling_is_refused_with_all_its_faults() {
    let bench = Bench::new().await;
    let entry = json!({"audience": TRAVEL, "scope": ["read:data:*"], "ttl_max": "1h"});
    let ceiling = json!([
        entry,
        entry,
        {"audience": "", "scope": ["read"], "ttl_max": "25h", "uses_max": 0, "more": 1},
        {"audience": "https://b.example", "grants": [{"type": "writ", "actions": [], "resources": ["a**b"]}]},
        7,
    ]);
    let faults = ask(&bench, "/clients", &json!({"name": "a b", "ceiling": ceiling}))
        .await
        .problem(422, "invalid_request");
    let places = [
        "/name",
        "/ceiling/2/audience",
        "/ceiling/2/scope/0",
        "/ceiling/2/ttl_max",
        "/ceiling/2/uses_max",
        "/ceiling/2/more",
        "/ceiling/3",
        "/ceiling/3/grants/0/actions",
        "/ceiling/3/grants/0/resources/0",
        "/ceiling/4",
    ];
    for place in places {
        assert!(
            faults.iter().any(|fault| fault.starts_with(&format!("{place}: "))),
            "{place} in {faults:#?}"
        );
    }
    let twice = ask(&bench, "/clients", &json!({"name": "c", "ceiling": [entry, entry]})).await;
    assert!(twice.problem(422, "invalid_request")[0].starts_with("/ceiling/1: "));
    let none = ask(&bench, "/clients", &json!({"name": "c", "ceiling": []})).await;
    assert!(none.problem(422, "invalid_request")[0].starts_with("/ceiling: "));
}

#[tokio::test]
async fn an_upstream_is_an_origin() {
    let bench = Bench::new().await;
    for upstream in [
        "http://api.travel.example",
        "https://api.travel.example/v1",
        "api.travel.example",
        "",
    ] {
        let body = json!({"name": "e", "audience": TRAVEL, "upstreams": [upstream]});
        assert_eq!(
            ask(&bench, "/edges", &body).await.problem(422, "invalid_request").len(),
            1,
            "{upstream}"
        );
    }
    let none = json!({"name": "e", "audience": TRAVEL, "upstreams": []});
    ask(&bench, "/edges", &none).await.problem(422, "invalid_request");
}

#[tokio::test]
async fn the_public_listener_has_no_admin_endpoint() {
    let bench = Bench::new().await;
    let body = json!({"name": "c", "ceiling": travel_ceiling()});
    for path in ["/clients", "/edges"] {
        bench.send(post(None, path, &body)).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_ceiling_of_ten_thousand_grants_is_taken_and_kept() {
    let bench = Bench::new().await;
    let scopes: Vec<_> = (0..10_000).map(|n| format!("read:data:{n}")).collect();
    let client = bench
        .client(json!([{"audience": TRAVEL, "scope": scopes, "ttl_max": "1h"}]))
        .await;
    let bench = bench.reopened().await;
    let task =
        |id: &str, scope: &str| json!({"task_id": id, "orch_id": "o", "audiences": {TRAVEL: {"scope": [scope]}}});
    assert_eq!(
        bench
            .post(&client, "/v1/tasks", &task("t1", "read:data:9999"))
            .await
            .status,
        201
    );
    bench
        .post(&client, "/v1/tasks", &task("t2", "read:data:10000"))
        .await
        .problem(403, "beyond_ceiling");
}
