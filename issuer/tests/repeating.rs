//! `Idempotency-Key`: what a repetition of `POST /v1/tasks` gets.

use crate::support::{Answer, Bench, Login, at_once, post, travel_ceiling, travel_task};
use crate::tasks::{travel, with};
use axum::body::Body;
use axum::http::Request;
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
