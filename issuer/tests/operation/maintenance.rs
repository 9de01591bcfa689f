//! Expired rows are forgotten, and the room that they took is used again.

use crate::support::{Bench, TRAVEL, claims, travel_ceiling, travel_task};
use crate::tasks::starting::travel;
use edgewrit_issuer::data::maintenance::forget_expired;
use edgewrit_shared::edge_api::{boot, records, uses};
use rusqlite::Connection;
use serde_json::json;

/// Until a task is forgotten: its life, and thirty days.
const KEPT: u64 = 24 * 3_600 + 30 * 24 * 3_600;

/// Tables that hold what lives for a while.
const PASSING: [&str; 10] = [
    "tasks",
    "grants",
    "refusals",
    "allowances",
    "agents",
    "lineages",
    "launch_tokens",
    "nonces",
    "spends",
    "revocations",
];

fn number(bench: &Bench, sql: &str) -> i64 {
    let connection = Connection::open(bench.path().join("issuer.db")).unwrap();
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn rows(bench: &Bench, table: &str) -> i64 {
    number(bench, &format!("SELECT count(*) FROM {table}"))
}

/// Leaves something in every table.
async fn live(bench: &Bench, name: &str) {
    let app = bench.register_app(&["read:data:*"]).await;
    let agent = bench.agent(&app, &format!("{name}-agents"), &["read:data:x"]).await;
    let other = bench.agent(&app, &format!("{name}-agents"), &["read:data:x"]).await;
    bench.launch(&app, &["read:data:x"]).await;
    let renewed = bench.renewed(&agent.token).await;
    bench.delegated(&renewed, &other.id, &["read:data:x"]).await;
    let client = bench.client(travel_ceiling()).await;
    let edge = bench.edge(TRAVEL).await;
    let boot = bench.post(&edge, boot::PATH, &json!({})).await.json()["boot_id"].clone();
    for number in 0..20 {
        let task = format!("{name}-{number}");
        let token = bench
            .post(&client, "/v1/tasks", &travel_task(&task))
            .await
            .tokens()
            .remove(0);
        let said = claims(&token);
        let allowance = &said["authorization_details"][1]["uses"]["allowance"];
        let spend = json!({"writ": token, "boot_id": boot, "counter": number, "attempts": [[allowance]]});
        assert_eq!(bench.post(&edge, uses::PATH, &spend).await.status, 200);
        let record = json!({
            "at": bench.now().0, "verdict": "refuse", "request_id": task, "label": "x",
            "client_id": said["client_id"], "task_id": task,
        });
        let body = json!({"boot_id": boot, "first": number + 1, "records": [record]});
        assert_eq!(bench.post(&edge, records::PATH, &body).await.status, 200);
    }
}

#[tokio::test]
async fn expired_rows_are_forgotten_and_others_are_kept() {
    let bench = Bench::operated().await;
    live(&bench, "old").await;
    assert_eq!(forget_expired(&bench.data).await.unwrap(), 0, "all of it lives");
    for table in PASSING {
        assert!(rows(&bench, table) > 0, "{table}");
    }
    let events = rows(&bench, "audit");
    bench.pass(KEPT + 3_600);
    live(&bench, "new").await;
    let lived: Vec<_> = PASSING.iter().map(|table| rows(&bench, table)).collect();
    assert!(forget_expired(&bench.data).await.unwrap() > 0);
    for (table, lived) in PASSING.iter().zip(lived) {
        assert_eq!(
            rows(&bench, table),
            lived / 2,
            "{table}: the old ones are gone, the new ones are not"
        );
    }
    assert!(rows(&bench, "audit") > events, "the audit forgets nothing");
    assert_eq!(forget_expired(&bench.data).await.unwrap(), 0);
}

#[tokio::test]
async fn the_room_of_what_is_forgotten_is_used_again() {
    let (bench, client) = travel().await;
    let mut pages = Vec::new();
    for round in 0..6 {
        for number in 0..300 {
            let task = travel_task(&format!("t-{round}-{number}"));
            bench.post(&client, "/v1/tasks", &task).await.tokens();
        }
        bench.pass(KEPT + 3_600);
        forget_expired(&bench.data).await.unwrap();
        let used = number(
            &bench,
            "SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count",
        );
        // The audit grows, and nothing else may: its lines, and the columns beside each.
        let audit = number(&bench, "SELECT sum(length(line) + 200) / 4096 FROM audit");
        pages.push(used - audit);
    }
    let (first, last) = (pages[1], pages[5]);
    assert!(last <= first + first / 10, "pages beside the audit: {pages:?}");
}

#[tokio::test]
async fn a_boot_of_long_ago_is_forgotten_and_its_edge_told_to_begin_anew() {
    let (bench, client) = travel().await;
    let edge = bench.edge(TRAVEL).await;
    let boot = bench.post(&edge, boot::PATH, &json!({})).await.json()["boot_id"].clone();
    let spend = async |counter: u64, task: &str| {
        let token = bench.writ(&client, task).await;
        let allowance = &claims(&token)["authorization_details"][1]["uses"]["allowance"];
        let body = json!({"writ": token, "boot_id": boot, "counter": counter, "attempts": [[allowance]]});
        bench.post(&edge, uses::PATH, &body).await
    };
    bench.pass(90 * 24 * 3_600 + 1);
    assert_eq!(spend(1, "a").await.status, 200, "it was not forgotten yet");
    forget_expired(&bench.data).await.unwrap();
    assert_eq!(spend(2, "b").await.status, 200, "it spent something lately");
    bench.pass(KEPT);
    forget_expired(&bench.data).await.unwrap();
    assert_eq!(rows(&bench, "boots"), 0);
    spend(3, "c").await.problem(404, "unknown_boot");
}
