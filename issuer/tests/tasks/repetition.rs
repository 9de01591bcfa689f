//! `Idempotency-Key`: what a repetition of `POST /v1/tasks` gets.

use crate::support::{Answer, Bench, Login, at_once, post, travel_ceiling, travel_task};
use crate::tasks::starting::{travel, with};
use axum::body::Body;
use axum::http::Request;
use rusqlite::Connection;
use serde_json::{Value, json};

fn repetition(client: &Login, key: &str, task: &Value) -> Request<Body> {
    let mut request = post(Some(client), "/v1/tasks", task);
    request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    request
}

async fn repeated(bench: &Bench, client: &Login, key: &str, task: &Value) -> Answer {
    bench.send(repetition(client, key, task)).await
}

#[tokio::test]
async fn a_repeated_request_is_answered_with_the_same_bytes() {
    let (bench, client) = travel().await;
    let task = with(travel_task("t1"), "count", json!(12));
    let first = repeated(&bench, &client, "key", &task).await;
    bench.pass(7);
    let again = repeated(&bench, &client, "key", &task).await;
    assert_eq!((first.status, first.text()), (again.status, again.text()));
    let bench = bench.reopened().await;
    assert_eq!(repeated(&bench, &client, "key", &task).await.text(), first.text());
}

#[tokio::test]
async fn an_idempotency_key_is_for_one_request_of_one_client() {
    let (bench, client) = travel().await;
    let other = bench.client(travel_ceiling()).await;
    assert_eq!(repeated(&bench, &client, "key", &travel_task("t1")).await.status, 201);
    repeated(&bench, &client, "key", &travel_task("t2"))
        .await
        .problem(422, "idempotency_key_reused");
    let changed = with(travel_task("t1"), "ttl", json!("9m"));
    repeated(&bench, &client, "key", &changed)
        .await
        .problem(422, "idempotency_key_reused");
    repeated(&bench, &client, "key2", &travel_task("t1"))
        .await
        .problem(409, "task_exists");
    assert_eq!(repeated(&bench, &other, "key", &travel_task("t2")).await.status, 201);
    repeated(&bench, &client, "", &travel_task("t3"))
        .await
        .problem(400, "bad_request");
    repeated(&bench, &client, &"k".repeat(129), &travel_task("t3"))
        .await
        .problem(400, "bad_request");
}

#[tokio::test]
async fn concurrent_repetitions_begin_one_task_and_get_one_answer() {
    let (bench, client) = travel().await;
    let task = travel_task("t1");
    let requests = (0..20).map(|_| repetition(&client, "key", &task)).collect();
    let answers = at_once(&bench.app, requests).await;
    assert!(answers.iter().all(|answer| answer.status == 201));
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
}

#[tokio::test]
async fn a_repetition_is_answered_although_the_task_is_over() {
    let (bench, client) = travel().await;
    let first = repeated(&bench, &client, "key", &travel_task("t1")).await;
    assert_eq!(
        bench.post(&client, "/v1/tasks/t1/complete", &json!({})).await.status,
        200
    );
    assert_eq!(
        repeated(&bench, &client, "key", &travel_task("t1")).await.body,
        first.body
    );
}

async fn writ_key(bench: &Bench) -> String {
    let keys = bench.admin_post("/keys", &json!({})).await.json();
    let keys = keys["keys"].as_array().unwrap().clone();
    let current = keys
        .iter()
        .find(|key| key["job"] == "writ" && key["state"] == "current");
    current.unwrap()["kid"].as_str().unwrap().to_owned()
}

/// That the answer cannot be made again, what is said of the task, and that no writ is in it.
fn expired(answer: &Answer) -> Value {
    answer.problem(409, "idempotency_key_expired");
    assert!(
        !answer.text().contains("access_token") && !answer.text().contains("eyJ"),
        "{}",
        answer.text()
    );
    answer.json()["task"].clone()
}

#[tokio::test]
async fn a_repetition_after_its_key_was_dropped_brings_no_writ_back() {
    let (bench, client) = travel().await;
    let first = repeated(&bench, &client, "key", &travel_task("t1")).await;
    assert_eq!(first.status, 201);
    let dropped = writ_key(&bench).await;
    bench.admin_post("/keys/drop", &json!({"kid": dropped})).await;
    bench.pass(2);
    let task = expired(&repeated(&bench, &client, "key", &travel_task("t1")).await);
    let state = json!({
        "task_id": "t1", "status": "live", "began_at": "2026-05-10T12:00:00Z",
        "live_until": first.json()["expires_at"], "completed_at": null,
    });
    assert_eq!(task, state);
    bench.post(&client, "/v1/tasks/t1/complete", &json!({})).await;
    let again = repeated(&bench, &client, "key", &travel_task("t1")).await;
    assert_eq!(expired(&again)["status"], "completed");
    let bench = bench.reopened().await;
    expired(&repeated(&bench, &client, "key", &travel_task("t1")).await);
    repeated(&bench, &client, "key", &travel_task("t2"))
        .await
        .problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_repetition_after_a_rotation_is_not_answered_with_other_bytes() {
    let (bench, client) = travel().await;
    let first = repeated(&bench, &client, "key", &travel_task("t1")).await;
    bench.pass(65);
    assert_eq!(
        repeated(&bench, &client, "key", &travel_task("t1")).await.body,
        first.body
    );
    assert_eq!(
        bench.admin_post("/keys/rotate", &json!({"job": "writ"})).await.status,
        200
    );
    let task = expired(&repeated(&bench, &client, "key", &travel_task("t1")).await);
    assert_eq!(task["status"], "live");
    // What came with the new key is repeated as before.
    let later = repeated(&bench, &client, "later", &travel_task("t2")).await;
    assert_eq!(
        repeated(&bench, &client, "later", &travel_task("t2")).await.body,
        later.body
    );
}

#[tokio::test]
async fn a_repetition_whose_answer_would_differ_is_refused() {
    for change in ["repeat_answer = zeroblob(32)", "repeat_kid = NULL", "repeat_kid = 'x'"] {
        let (bench, client) = travel().await;
        repeated(&bench, &client, "key", &travel_task("t1")).await;
        let connection = Connection::open(bench.path().join("issuer.db")).unwrap();
        connection.execute(&format!("UPDATE tasks SET {change}"), []).unwrap();
        expired(&repeated(&bench, &client, "key", &travel_task("t1")).await);
    }
}
