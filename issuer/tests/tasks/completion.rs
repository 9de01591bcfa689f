//! `POST /v1/tasks/{task_id}/complete`: a task ends at once, everywhere.

use crate::support::{Bench, Login, travel_ceiling, travel_task};
use crate::tasks::starting::{travel, verified};
use edgewrit_shared::edge_api::bundle;
use serde_json::json;

async fn complete(bench: &Bench, client: &Login, task_id: &str) -> crate::support::Answer {
    bench
        .post(client, &format!("/v1/tasks/{task_id}/complete"), &json!({}))
        .await
}

#[tokio::test]
async fn a_completed_task_has_no_valid_writ() {
    let (bench, client) = travel().await;
    let ended = bench
        .post(&client, "/v1/tasks", &travel_task("ended"))
        .await
        .tokens()
        .remove(0);
    let other = bench
        .post(&client, "/v1/tasks", &travel_task("other"))
        .await
        .tokens()
        .remove(0);
    assert!(verified(&bench, &ended).await.is_ok());
    let answer = complete(&bench, &client, "ended").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!({"task_id": "ended", "completed_at": "2026-05-10T12:00:00Z"}))
    );
    assert_eq!(verified(&bench, &ended).await.unwrap_err().label(), "token_revoked");
    assert!(verified(&bench, &other).await.is_ok());
}

#[tokio::test]
async fn completing_again_changes_nothing() {
    let (bench, client) = travel().await;
    bench.post(&client, "/v1/tasks", &travel_task("t")).await.tokens();
    let first = complete(&bench, &client, "t").await;
    let position = bench.snapshot().await.position();
    bench.pass(30);
    assert_eq!(complete(&bench, &client, "t").await.body, first.body);
    assert_eq!(bench.snapshot().await.position(), position);
}

#[tokio::test]
async fn a_task_is_completed_by_its_own_client_only() {
    let (bench, client) = travel().await;
    let other = bench.client(travel_ceiling()).await;
    let token = bench
        .post(&client, "/v1/tasks", &travel_task("t"))
        .await
        .tokens()
        .remove(0);
    complete(&bench, &other, "t").await.problem(404, "not_found");
    complete(&bench, &client, "never").await.problem(404, "not_found");
    complete(&bench, &Login("Basic x".into()), "t")
        .await
        .problem(401, "unauthorized");
    assert!(verified(&bench, &token).await.is_ok());
}

#[tokio::test]
async fn a_task_ends_although_the_clock_was_set_back() {
    let (bench, client) = travel().await;
    let token = bench
        .post(&client, "/v1/tasks", &travel_task("t"))
        .await
        .tokens()
        .remove(0);
    bench.clock.fetch_sub(20_000, std::sync::atomic::Ordering::SeqCst);
    complete(&bench, &client, "t").await;
    assert_eq!(verified(&bench, &token).await.unwrap_err().label(), "token_revoked");
}

#[tokio::test]
async fn a_task_stays_ended_over_a_restart_and_its_name_is_not_given_again() {
    let (bench, client) = travel().await;
    let token = bench
        .post(&client, "/v1/tasks", &travel_task("t"))
        .await
        .tokens()
        .remove(0);
    complete(&bench, &client, "t").await;
    let bench = bench.reopened().await;
    assert_eq!(verified(&bench, &token).await.unwrap_err().label(), "token_revoked");
    bench
        .post(&client, "/v1/tasks", &travel_task("t"))
        .await
        .problem(409, "task_exists");
}

#[tokio::test]
async fn a_revocation_is_forgotten_when_what_it_ends_has_expired() {
    let (bench, client) = travel().await;
    bench.post(&client, "/v1/tasks", &travel_task("t")).await.tokens();
    complete(&bench, &client, "t").await;
    let rows = |document: &[u8]| document.len() - document.iter().position(|byte| *byte == b'\n').unwrap() - 1;
    assert_eq!(rows(&bench.get(bundle::PATH).await.body), 24);
    bench.pass(600);
    assert_eq!(
        rows(&bench.get(bundle::PATH).await.body),
        24,
        "an edge's clock may be behind"
    );
    bench.pass(30);
    assert_eq!(rows(&bench.get(bundle::PATH).await.body), 0);
}

#[tokio::test]
async fn a_task_that_has_expired_needs_no_revocation() {
    let (bench, client) = travel().await;
    bench.post(&client, "/v1/tasks", &travel_task("t")).await.tokens();
    let position = bench.snapshot().await.position();
    bench.pass(630);
    assert_eq!(complete(&bench, &client, "t").await.status, 200);
    assert_eq!(bench.snapshot().await.position(), position);
}
