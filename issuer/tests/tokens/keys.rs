//! Signing keys: the next one's turn, and giving one up.

use crate::support::{Bench, Login, TRAVEL, claims, travel_task};
use crate::tasks::starting::{travel, verified};
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::edge_api::bundle;
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;
use tokio::time::timeout;

/// Until every edge has heard of the next key.
const KNOWN: u64 = 65;

async fn key(bench: &Bench, job: &str, state: &str) -> String {
    let keys = bench.admin_post("/keys", &json!({})).await.json();
    let keys = keys["keys"].as_array().unwrap().clone();
    let key = keys.iter().find(|key| key["job"] == job && key["state"] == state);
    key.unwrap()["kid"].as_str().unwrap().to_owned()
}

fn kid(token: &str) -> Value {
    claims(&format!(".{}", token.split('.').next().unwrap()))["kid"].clone()
}

#[tokio::test]
async fn the_next_key_signs_and_writs_of_the_key_before_stay_valid() {
    let (bench, client) = travel().await;
    let (before, next) = (bench.writ(&client, "a").await, key(&bench, "writ", "next").await);
    bench.pass(KNOWN);
    let answer = bench.admin_post("/keys/rotate", &json!({"job": "writ"})).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["kid"]), (200, &json!(next)));
    let after = bench.writ(&client, "b").await;
    assert_eq!((kid(&after), kid(&after) == kid(&before)), (json!(next), false));
    assert!(verified(&bench, &before).await.is_ok() && verified(&bench, &after).await.is_ok());
    let jwks = bench.get("/.well-known/jwks.json").await.json();
    assert_eq!(
        jwks["keys"].as_array().unwrap().len(),
        3,
        "the one that signed, the one that does, the one that will"
    );
    let bench = bench.reopened().await;
    assert!(verified(&bench, &before).await.is_ok() && verified(&bench, &after).await.is_ok());
    assert_eq!(kid(&bench.writ(&client, "c").await), json!(next));
}

#[tokio::test]
async fn a_snapshot_from_before_the_rotation_takes_what_is_signed_after_it() {
    let (bench, client) = travel().await;
    bench.pass(KNOWN);
    let held = bench.snapshot().await;
    assert_eq!(
        bench.admin_post("/keys/rotate", &json!({"job": "writ"})).await.status,
        200
    );
    let after = bench.writ(&client, "t").await;
    assert!(held.keys().find(kid(&after).as_str().unwrap()).is_some());
}

#[tokio::test]
async fn no_key_signs_before_every_edge_knows_it() {
    for job in ["writ", "bundle"] {
        let (bench, _) = travel().await;
        let early = bench.admin_post("/keys/rotate", &json!({"job": job})).await;
        early.problem(409, "too_early");
        bench.pass(KNOWN);
        assert_eq!(
            bench.admin_post("/keys/rotate", &json!({"job": job})).await.status,
            200,
            "{job}"
        );
        let again = bench.admin_post("/keys/rotate", &json!({"job": job})).await;
        again.problem(409, "too_early");
    }
}

#[tokio::test]
async fn a_key_that_is_dropped_is_dead_with_the_next_delta_which_comes_at_once() {
    let (bench, client) = travel().await;
    let (before, dropped) = (bench.writ(&client, "a").await, key(&bench, "writ", "current").await);
    let held = bench.snapshot().await;
    let poll = bench.get_later(&format!("/v1/bundle?have={}&wait=28", held.position()));
    let poll = tokio::spawn(poll);
    let path = bench.path().join(format!("keys/writ-{dropped}.json"));
    assert!(path.exists());
    assert_eq!(
        bench.admin_post("/keys/drop", &json!({"kid": dropped})).await.status,
        200
    );
    assert!(!path.exists(), "its private half is gone");
    let delta = timeout(Duration::from_secs(10), poll).await.unwrap().unwrap();
    let next = Snapshot::apply(Some(&held), &delta.body, &bench.trust(), bench.now()).unwrap();
    assert!(next.keys().find(&dropped).is_none());
    assert!(verified(&bench, &before).await.is_err());
    let introspected = bench
        .form_to("/oauth/introspect", Some(&client), &[("token", &before)])
        .await;
    assert_eq!(introspected.json(), json!({"active": false}));
    let after = bench.writ(&client, "b").await;
    assert!(verified(&bench, &after).await.is_ok());
    bench
        .admin_post("/keys/drop", &json!({"kid": dropped}))
        .await
        .problem(404, "not_found");
    bench
        .admin_post("/keys/drop", &json!({"kid": "unknown"}))
        .await
        .problem(404, "not_found");
    let bench = bench.reopened().await;
    assert!(verified(&bench, &before).await.is_err() && verified(&bench, &after).await.is_ok());
}

#[tokio::test]
async fn the_bundle_key_is_followed_by_the_one_that_edges_pin_already() {
    let (bench, client) = travel().await;
    bench.pass(KNOWN);
    let body = json!({"name": "door", "audience": TRAVEL, "upstreams": ["https://api.travel.example"]});
    let trust = bench.admin_post("/edges", &body).await.json()["trust"].clone();
    let held = bench.snapshot().await;
    assert_eq!(
        bench.admin_post("/keys/rotate", &json!({"job": "bundle"})).await.status,
        200
    );
    bench.pass(1);
    let answer = bench.get(bundle::PATH).await;
    let pinned = Snapshot::apply(Some(&held), &answer.body, &bench.trust_in(&[&trust[1]]), bench.now());
    assert!(pinned.is_ok(), "{pinned:?}");
    let old = Snapshot::apply(Some(&held), &answer.body, &bench.trust_in(&[&trust[0]]), bench.now());
    assert!(old.is_err());
    // The issuer believes what it signs.
    bench.writ(&client, "t").await;
    assert_eq!(bench.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn sessions_outlive_the_key_that_signed_them_unless_it_is_dropped() {
    let (bench, client) = travel().await;
    let issuer = ("resource", "https://issuer.example");
    let pairs = [("grant_type", "client_credentials"), issuer];
    let session = bench.form(Some(&client), &pairs).await.json();
    let session = Login(format!("Bearer {}", session["access_token"].as_str().unwrap()));
    let old = key(&bench, "session", "current").await;
    assert_eq!(
        bench
            .admin_post("/keys/rotate", &json!({"job": "session"}))
            .await
            .status,
        200
    );
    bench.post(&session, "/v1/tasks", &travel_task("a")).await.tokens();
    assert_eq!(bench.admin_post("/keys/drop", &json!({"kid": old})).await.status, 200);
    let answer = bench.post(&session, "/v1/tasks", &travel_task("b")).await;
    answer.problem(401, "unauthorized");
}

#[tokio::test]
async fn every_change_of_keys_is_in_the_audit() {
    let (bench, _) = travel().await;
    for job in ["checkpoint", "delegation", "session"] {
        assert_eq!(
            bench.admin_post("/keys/rotate", &json!({"job": job})).await.status,
            200,
            "{job}"
        );
    }
    let dropped = key(&bench, "delegation", "next").await;
    assert_eq!(
        bench.admin_post("/keys/drop", &json!({"kid": dropped})).await.status,
        200
    );
    let said = bench.history().iter().filter(|line| line.contains("\"key_")).count();
    assert_eq!(said, 4);
    let files = fs::read_dir(bench.path().join("keys")).unwrap();
    let names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    assert_eq!(
        names.len(),
        12,
        "of each job two, the one for credentials, and the pinned halves of those for checkpoints: {names:?}"
    );
}
