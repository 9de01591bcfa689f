//! Answers survive a restart, and unauthenticated requests leave nothing behind.

use crate::support::agentwrit::{bearer, delegation, registration, renewal, request};
use crate::support::{Bench, at_once, claims, post};
use edgewrit_issuer::Peer;
use rusqlite::Connection;
use serde_json::json;
use std::net::SocketAddr;

/// The number of rows of a table, as another process sees them.
fn rows(bench: &Bench, table: &str) -> u64 {
    let other = Connection::open(bench.path().join("issuer.db")).unwrap();
    let count = format!("SELECT count(*) FROM {table}");
    let count: i64 = other.query_row(&count, [], |row| row.get(0)).unwrap();
    count.unsigned_abs()
}

#[tokio::test]
async fn answers_survive_a_restart_and_a_restart_revives_no_writ() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let scope = ["read:data:x"];
    let mut agents = Vec::new();
    for number in 0..6 {
        agents.push(bench.agent(&app, &format!("t{number}"), &scope).await);
    }
    let renewed = bench.renewed(&agents[0].token).await;
    bench.release(&agents[1].token).await;
    bench.revoke("agent", &agents[2].id).await;
    bench.revoke("task", "t3").await;
    let passed_on = bench.delegated(&agents[4].token, &agents[5].id, &scope).await;
    bench.release(&agents[4].token).await;
    let used = registration(&bench.launch(&app, &scope).await, &bench.nonce().await, &scope);
    assert_eq!(bench.say("/v1/register", &used).await.status, 200);
    let unused = registration(&bench.launch(&app, &scope).await, &bench.nonce().await, &scope);
    let total = bench.events("").await["total"].as_u64().unwrap();

    let bench = bench.reopened().await;
    for (number, agent) in agents.iter().enumerate() {
        assert_eq!(bench.is_valid(&agent.token).await, number == 5, "{number}");
    }
    assert!(bench.is_valid(&renewed).await);
    assert!(!bench.is_valid(&passed_on).await);
    bench.send(renewal(&agents[0].token)).await.refused(401, "unauthorized");
    bench.say("/v1/register", &used).await.refused(401, "unauthorized");
    assert_eq!(
        bench.say("/v1/register", &unused).await.status,
        200,
        "a launch token and a nonce that are out"
    );
    let answer = bench.send(delegation(&renewed, &agents[5].id, &scope)).await;
    assert_eq!(answer.status, 200, "agents are known: {}", answer.text());
    assert!(bench.events("").await["total"].as_u64().unwrap() > total);
}

#[tokio::test]
async fn a_used_nonce_stays_used_over_a_restart() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let scope = ["read:data:x"];
    let (nonce, token) = (bench.nonce().await, bench.launch(&app, &scope).await);
    let other = bench.launch(&app, &scope).await;
    let answer = bench.say("/v1/register", &registration(&token, &nonce, &scope)).await;
    assert_eq!(answer.status, 200);
    let bench = bench.reopened().await;
    let answer = bench.say("/v1/register", &registration(&other, &nonce, &scope)).await;
    answer.refused(401, "unauthorized");
}

#[tokio::test]
async fn a_database_that_cannot_be_written_uses_nothing_up() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let scope = ["read:data:x"];
    let agent = bench.agent(&app, "task", &scope).await;
    let ask = registration(&bench.launch(&app, &scope).await, &bench.nonce().await, &scope);
    let release = || request("POST", Some(&agent.login()), "/v1/token/release");
    let other = Connection::open(bench.path().join("issuer.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let requests = vec![post(None, "/v1/register", &ask), renewal(&agent.token), release()];
    for answer in at_once(&bench.app, requests).await {
        let said = answer.refused(503, "unavailable");
        assert!(
            !said.contains("database is locked"),
            "what the database says is for the log"
        );
    }
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(bench.say("/v1/register", &ask).await.status, 200);
    let next = bench.renewed(&agent.token).await;
    bench.release(&next).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_happen_at_once_are_all_written_down() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let before = bench.events("event_type=launch_token_issued").await["total"]
        .as_u64()
        .unwrap();
    let ask = json!({"agent_name": "a", "allowed_scope": ["read:data:x"]});
    let requests = (0..200).map(|_| post(Some(&app.session), "/v1/app/launch-tokens", &ask));
    let answers = at_once(&bench.app, requests.collect()).await;
    assert!(answers.iter().all(|answer| answer.status == 201));
    let bench = bench.reopened().await;
    let after = bench.events("event_type=launch_token_issued").await["total"]
        .as_u64()
        .unwrap();
    assert_eq!(after - before, 200);
}

#[tokio::test]
async fn unauthenticated_requests_do_not_grow_the_database() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let tables = [
        "nonces",
        "launch_tokens",
        "agents",
        "lineages",
        "revocations",
        "tasks",
        "audit",
    ];
    let all = |bench: &Bench| tables.map(|table| rows(bench, table));
    let before = all(&bench);
    let nonces: Vec<_> = (0..500).map(|_| request("GET", None, "/v1/challenge")).collect();
    at_once(&bench.app, nonces).await;
    let dead = "0".repeat(64);
    for _ in 0..100 {
        let ask = registration(&dead, &bench.nonce().await, &["read:data:x"]);
        bench.say("/v1/register", &ask).await.refused(401, "unauthorized");
        bench.send(renewal("x.y.z")).await.refused(401, "unauthorized");
        bench
            .send(delegation("x.y.z", "unknown", &["a:b:c"]))
            .await
            .refused(401, "unauthorized");
        assert!(!bench.is_valid("x.y.z").await);
    }
    // A few of what was refused are written down, however many there are.
    let mut after = all(&bench);
    let written = after[6] - before[6];
    assert!(written <= 10, "{written} events of 200 invalid bearers");
    after[6] = before[6];
    assert_eq!(after, before);
    drop(app);
}

#[tokio::test]
async fn a_source_that_makes_clients_up_writes_few_events() {
    let bench = Bench::operated().await;
    let before = rows(&bench, "audit");
    for number in 0..300 {
        let show = json!({"client_id": format!("unknown-{number}"), "client_secret": "x"});
        let mut ask = post(None, "/v1/app/auth", &show);
        let address: SocketAddr = "198.51.100.7:4000".parse().unwrap();
        ask.extensions_mut().insert(Peer::at(address));
        assert!(bench.send(ask).await.status.is_client_error());
    }
    let written = rows(&bench, "audit") - before;
    assert!(written <= 20, "{written} events for 300 clients that there never were");
}

#[tokio::test]
async fn the_agents_key_is_in_its_writ_and_binds_nothing() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let scope = ["read:data:x"];
    let ask = registration(&bench.launch(&app, &scope).await, &bench.nonce().await, &scope);
    let writ = bench.say("/v1/register", &ask).await.granted("access_token");
    let said = claims(&writ);
    assert_eq!((&said["agent_key"], &said["cnf"]), (&ask["public_key"], &json!(null)));
    let next = claims(&bench.renewed(&writ).await);
    assert_eq!(next["agent_key"], ask["public_key"]);
    assert_eq!(bearer("x").0, "Bearer x");
}
