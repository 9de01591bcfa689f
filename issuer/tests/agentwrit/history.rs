//! The cost of health and of one more event does not grow with history.

use crate::support::agentwrit::request;
use crate::support::{Bench, post};
use rusqlite::Connection;
use serde_json::json;
use std::time::{Duration, Instant};

/// Puts `count` events behind those that there are, as years would.
fn age(bench: &Bench, count: u64) {
    const SQL: &str = "INSERT INTO audit (seq, at, event, outcome, task, agent_id, request_id, line, hash)
        WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
        SELECT last.seq + n, last.at, last.event, last.outcome, NULL, NULL, NULL, last.line, last.hash
        FROM n, (SELECT * FROM audit ORDER BY seq DESC LIMIT 1) AS last";
    let database = Connection::open(bench.path().join("issuer.db")).unwrap();
    database.execute(SQL, [i64::try_from(count).unwrap()]).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "what is measured is what it takes")]
fn now() -> Instant {
    Instant::now()
}

/// The time of the quickest of some requests, which `request` makes.
async fn quickest(bench: &Bench, request: impl Fn(u64) -> axum::http::Request<axum::body::Body>) -> Duration {
    let mut quickest = Duration::MAX;
    for number in 0..40 {
        let request = request(number);
        let began = now();
        let answer = bench.send(request).await;
        quickest = quickest.min(began.elapsed());
        assert!(answer.status.is_success(), "{}", answer.text());
    }
    quickest
}

#[tokio::test]
async fn what_health_and_one_more_event_cost_does_not_grow_with_history() {
    const YEARS: u64 = 300_000;
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let health = |_| request("GET", None, "/v1/health");
    let show = json!({"client_id": app.id, "client_secret": app.secret});
    let event = |_| post(None, "/v1/app/auth", &show);
    let young = (quickest(&bench, health).await, quickest(&bench, event).await);
    age(&bench, YEARS);
    // The writer has the head in memory; who opens the database again reads it.
    let bench = bench.reopened().await;
    let count = bench.get("/v1/health").await.json()["audit_events_count"]
        .as_u64()
        .unwrap();
    assert!(count > YEARS);
    let old = (quickest(&bench, health).await, quickest(&bench, event).await);
    // Counting so many rows takes a hundred times as long as all the rest.
    let slower = |young: Duration, old: Duration| old > young * 5 + Duration::from_millis(1);
    assert!(!slower(young.0, old.0), "health: {young:?}, then {old:?}");
    assert!(!slower(young.1, old.1), "an event: {young:?}, then {old:?}");
}

#[tokio::test]
async fn a_clients_secret_takes_no_time_that_others_would_notice() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let fine = json!({"client_id": app.id, "client_secret": app.secret});
    let took = quickest(&bench, |_| post(None, "/v1/app/auth", &fine)).await;
    assert!(took < Duration::from_millis(100), "{took:?}");
}
