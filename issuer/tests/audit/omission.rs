//! The audit does not grow with what can be repeated: such events are kept up to a rate, and
//! counted beyond it. What they are of happens.

use crate::support::agentwrit::{delegation, registration, renewal};
use crate::support::{Bench, Login, TRAVEL, at_once, claims, travel_task};
use crate::tasks::starting::travel;
use edgewrit_shared::edge_api::{boot, records};
use edgewrit_shared::reason::Reason;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// Events of one cause that are kept at once, if they are refusals.
const REFUSALS: usize = 100;

/// The events of a kind, as the audit has them.
fn events(bench: &Bench, kind: &str) -> Vec<Value> {
    let lines = bench.history();
    let events = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    events.filter(|event| event["event"] == kind).collect()
}

/// The audit's count of omitted events of a kind, after the next round of maintenance.
async fn omitted(bench: &Bench, kind: &str) -> Vec<Value> {
    bench.data.store.record_omitted().await.unwrap();
    let all = events(bench, "events_omitted");
    all.into_iter().filter(|event| event["data"]["event"] == kind).collect()
}

fn counted(omitted: &[Value]) -> u64 {
    omitted
        .iter()
        .map(|event| event["data"]["count"].as_u64().unwrap())
        .sum()
}

fn sized(bench: &Bench) -> usize {
    bench.history().iter().map(String::len).sum()
}

async fn booted(bench: &Bench, edge: &Login) -> String {
    let answer = bench.post(edge, boot::PATH, &json!({})).await;
    assert_eq!(answer.status, 201);
    answer.json()["boot_id"].as_str().unwrap().to_owned()
}

/// Reports `count` records that `record` makes of their numbers, from 1 on.
async fn report(bench: &Bench, edge: &Login, boot: &str, count: u64, record: impl Fn(u64) -> Value) {
    for first in (1..=count).step_by(500) {
        let records: Vec<_> = (first..first + 500).map(&record).collect();
        let body = json!({"boot_id": boot, "first": first, "records": records});
        let answer = bench.post(edge, records::PATH, &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

async fn shown(bench: &Bench, client: &Login, task: &str) -> Value {
    let request = axum::http::Request::get(format!("/v1/tasks/{task}")).header("authorization", &client.0);
    bench
        .send(request.body(axum::body::Body::empty()).unwrap())
        .await
        .json()
}

#[tokio::test]
async fn wrong_signatures_with_an_unused_launch_token_do_not_fill_the_audit() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let token = bench.launch(&app, &["read:data:x"]).await;
    for _ in 0..300 {
        let mut ask = registration(&token, &bench.nonce().await, &["read:data:x"]);
        ask["signature"] = registration(&token, &bench.nonce().await, &["read:data:x"])["signature"].clone();
        bench.say("/v1/register", &ask).await.refused(401, "unauthorized");
    }
    assert_eq!(events(&bench, "registration_policy_violation").len(), REFUSALS);
    let omitted = omitted(&bench, "registration_policy_violation").await;
    assert_eq!((omitted.len(), counted(&omitted)), (1, 200));
    let event = &omitted[0];
    assert_eq!(
        (&event["client_id"], &event["data"]["cause"]),
        (&json!(app.id), &json!("key"))
    );
    assert_eq!(event["data"]["first_at"], "2026-05-10T12:00:00.000Z");
    let ask = registration(&token, &bench.nonce().await, &["read:data:x"]);
    assert_eq!(bench.say("/v1/register", &ask).await.status, 200, "it is still unused");
}

#[tokio::test]
async fn refusals_at_an_edge_are_counted_exactly_and_kept_a_few_times() {
    let (bench, client) = travel().await;
    let edge = bench.edge(TRAVEL).await;
    let boot = booted(&bench, &edge).await;
    let writ = claims(&bench.writ(&client, "loud").await);
    bench.writ(&client, "quiet").await;
    let before = sized(&bench);
    let refused = |task: &str, number: u64| {
        json!({
            "at": bench.now().0, "verdict": "refuse", "status": 403, "label": "not_granted", "detail": "x".repeat(1_024),
            "request_id": format!("{task}-{number}"), "client_id": writ["client_id"], "task_id": task,
        })
    };
    report(&bench, &edge, &boot, 3_000, |number| refused("loud", number)).await;
    assert!(sized(&bench) - before < 200 * 1_024, "{} bytes", sized(&bench) - before);
    assert_eq!(events(&bench, "request_refused").len(), REFUSALS);
    let task = shown(&bench, &client, "loud").await;
    assert_eq!(task["refused"][0]["count"], 3_000);
    let omitted = omitted(&bench, "request_refused").await;
    assert_eq!((omitted.len(), counted(&omitted)), (1, 2_900));
    assert_eq!(
        (&omitted[0]["task_id"], &omitted[0]["data"]["cause"]),
        (&json!("loud"), &json!("not_granted"))
    );
    let row = "SELECT count(*) FROM audit WHERE event = 'events_omitted' AND task IS NOT NULL";
    let connection = Connection::open(bench.path().join("issuer.db")).unwrap();
    let rows: i64 = connection.query_row(row, [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1, "found with its task");
    // Another task has its own room, and this one has some again.
    let body = |first: u64, task: &str| json!({"boot_id": boot, "first": first, "records": [refused(task, first)]});
    bench.post(&edge, records::PATH, &body(3_001, "quiet")).await;
    assert_eq!(events(&bench, "request_refused").len(), REFUSALS + 1);
    bench.pass(1);
    bench.post(&edge, records::PATH, &body(3_002, "loud")).await;
    assert_eq!(events(&bench, "request_refused").len(), REFUSALS + 2);
    bench.data.store.record_omitted().await.unwrap();
    assert_eq!(events(&bench, "events_omitted").len(), 1, "nothing more was omitted");
}

#[tokio::test]
async fn an_edge_without_writs_has_one_share_however_many_labels_it_reports() {
    let (bench, _) = travel().await;
    let edge = bench.edge(TRAVEL).await;
    let boot = booted(&bench, &edge).await;
    report(&bench, &edge, &boot, 2_500, |number| {
        let label = Reason::ALL[number as usize % 50].label();
        let request_id = format!("r-{number}");
        json!({"at": bench.now().0, "verdict": "refuse", "label": label, "request_id": request_id})
    })
    .await;
    assert_eq!(events(&bench, "request_refused").len(), 1_000);
    let omitted = omitted(&bench, "request_refused").await;
    assert_eq!(
        (omitted.len(), counted(&omitted)),
        (1, 1_500),
        "one event, whatever the causes"
    );
    assert_eq!(
        (&omitted[0]["data"]["edge_id"], &omitted[0]["data"]["cause"]),
        (&json!(edge.parts().0), &Value::Null)
    );
}

#[tokio::test]
async fn what_is_far_below_the_rate_is_kept_after_the_clock_was_set_back() {
    let (bench, client) = travel().await;
    let edge = bench.edge(TRAVEL).await;
    let boot = booted(&bench, &edge).await;
    bench.writ(&client, "t").await;
    let refused = |number: u64| {
        json!({
            "at": bench.now().0, "verdict": "refuse", "status": 403, "label": "not_granted",
            "request_id": format!("r-{number}"), "client_id": client.parts().0, "task_id": "t",
        })
    };
    let report = async |number: u64| {
        let body = json!({"boot_id": boot, "first": number, "records": [refused(number)]});
        let answer = bench.post(&edge, records::PATH, &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    };
    report(1).await;
    bench.clock.fetch_sub(600_000, Ordering::SeqCst);
    report(2).await;
    bench.pass(10);
    for number in 3..=7 {
        report(number).await;
    }
    let omitted = omitted(&bench, "request_refused").await;
    assert_eq!(events(&bench, "request_refused").len(), 6, "all but the second");
    assert_eq!(counted(&omitted), 1);
}

#[tokio::test]
async fn uses_are_counted_exactly_beyond_what_is_kept_of_permits() {
    const KEPT: usize = 5_000;
    let (bench, client) = travel().await;
    let edge = bench.edge(TRAVEL).await;
    let boot = booted(&bench, &edge).await;
    bench.writ(&client, "t").await;
    let granted = shown(&bench, &client, "t").await["granted"].clone();
    let permitted = |number: u64, grant: usize| {
        json!({
            "at": bench.now().0, "verdict": "permit", "status": 200, "label": "permit", "request_id": format!("r-{number}"),
            "client_id": client.parts().0, "task_id": "t", "grants": [granted[grant]["id"]],
        })
    };
    report(&bench, &edge, &boot, 6_000, |number| permitted(number, 0)).await;
    assert_eq!(events(&bench, "request_permitted").len(), KEPT);
    assert_eq!(shown(&bench, &client, "t").await["granted"][0]["used"], 6_000);
    let omitted = omitted(&bench, "request_permitted").await;
    assert_eq!((omitted.len(), counted(&omitted)), (1, 1_000));
    assert_eq!(omitted[0]["data"]["cause"], granted[0]["id"]);
    // What another grant permits does not hide behind them.
    let body = json!({"boot_id": boot, "first": 6_001, "records": [permitted(6_001, 1)]});
    assert_eq!(bench.post(&edge, records::PATH, &body).await.status, 200);
    assert_eq!(events(&bench, "request_permitted").len(), KEPT + 1);
}

#[tokio::test]
async fn boots_do_not_fill_the_audit_and_each_is_valid() {
    let (bench, _) = travel().await;
    let edge = bench.edge(TRAVEL).await;
    let mut boot = String::new();
    for _ in 0..150 {
        boot = booted(&bench, &edge).await;
    }
    assert_eq!(events(&bench, "edge_booted").len(), REFUSALS);
    assert_eq!(counted(&omitted(&bench, "edge_booted").await), 50);
    let body = json!({"boot_id": boot, "first": 1, "records": []});
    assert_eq!(bench.post(&edge, records::PATH, &body).await.status, 200);
}

#[tokio::test]
async fn ends_are_always_kept() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let ask = json!({"agent_name": "agent", "allowed_scope": ["read:data:x"], "single_use": false});
    let launched = bench.post(&app.session, "/v1/app/launch-tokens", &ask).await;
    let token = launched.granted("launch_token");
    for _ in 0..120 {
        let ask = registration(&token, &bench.nonce().await, &["read:data:x"]);
        let registered = bench.say("/v1/register", &ask).await;
        bench.release(&registered.granted("access_token")).await;
    }
    assert_eq!(events(&bench, "token_released").len(), 120);
    assert!(omitted(&bench, "token_released").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_delegates_of_a_writ_live_at_the_same_time() {
    const LIVE: usize = 1_000;
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let from = bench.agent(&app, "t1", &["read:data:x"]).await;
    let to = bench.agent(&app, "t2", &["read:data:x"]).await;
    let child = bench.delegated(&from.token, &to.id, &["read:data:x"]).await;
    let grandchild = |_| delegation(&child, &from.id, &["read:data:x"]);
    let answers = at_once(&bench.app, (1..LIVE).map(grandchild).collect()).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    for token in [&from.token, &child] {
        let to = if token == &child { &from.id } else { &to.id };
        let answer = bench.send(delegation(token, to, &["read:data:x"])).await;
        let why = answer.refused(403, "scope_violation");
        assert!(why.contains("1000 delegates"), "{why}");
    }
    // A writ of its own has its own, and time makes room.
    bench.delegated(&to.token, &from.id, &["read:data:x"]).await;
    bench.pass(60);
    bench.delegated(&from.token, &to.id, &["read:data:x"]).await;
    assert_eq!(bench.send(renewal(&from.token)).await.status, 200);
}

#[tokio::test]
async fn an_event_is_short_however_much_is_passed_on() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let scopes: Vec<String> = (0..100).map(|number| format!("read:data:{number:0>90}")).collect();
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let from = bench.agent(&app, "t1", &scopes).await;
    let to = bench.agent(&app, "t2", &["read:data:x"]).await;
    let mut token = from.token.clone();
    for _ in 0..2 {
        token = bench.delegated(&token, &to.id, &scopes).await;
        token = bench.delegated(&token, &from.id, &scopes).await;
    }
    for kind in ["delegation_created", "token_issued"] {
        for event in events(&bench, kind) {
            let text = event.to_string();
            assert!(text.len() < 4_096, "{kind}: {} bytes", text.len());
        }
    }
    let passed_on = &events(&bench, "delegation_created")[0]["data"];
    assert_eq!(passed_on["scope"].as_array().unwrap().len(), 16);
    assert_eq!(passed_on["scope_count"], 100);
    assert_eq!(passed_on["scope_hash"].as_str().unwrap().len(), 64);
    let short = &events(&bench, "token_issued")[1]["data"];
    assert_eq!(
        (&short["scope"], &short["scope_hash"]),
        (&json!(["read:data:x"]), &Value::Null)
    );
}

#[tokio::test]
async fn tasks_are_always_kept() {
    let (bench, client) = travel().await;
    for number in 0..120 {
        bench
            .post(&client, "/v1/tasks", &travel_task(&format!("t{number}")))
            .await
            .tokens();
    }
    assert_eq!(events(&bench, "task_started").len(), 120);
}
