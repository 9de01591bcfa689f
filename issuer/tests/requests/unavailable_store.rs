//! When the database cannot be written.

use crate::support::travel_task;
use crate::tasks::starting::travel;
use rusqlite::Connection;

#[tokio::test]
async fn a_database_that_another_holds_refuses_and_loses_nothing() {
    let (bench, client) = travel().await;
    let other = Connection::open(bench.path().join("issuer.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = bench.post(&client, "/v1/tasks", &travel_task("t")).await;
    assert!(answer.problem(503, "unavailable").is_empty());
    assert_eq!(
        answer.json().get("detail"),
        None,
        "what the database says is for the log"
    );
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(bench.post(&client, "/v1/tasks", &travel_task("t")).await.status, 201);
}
