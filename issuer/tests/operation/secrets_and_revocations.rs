//! The operator's other endpoints: new secrets, early ends, a look at the audit.

use crate::support::{Bench, Login, claims, post, send, travel_task};
use crate::tasks::starting::{travel, verified};
use edgewrit_issuer::audit::{Broken, ChainHead};
use edgewrit_issuer::history::History;
use rusqlite::Connection;
use serde_json::{Value, json};

#[tokio::test]
async fn both_secrets_are_valid_until_the_overlap_is_over() {
    let (bench, client) = travel().await;
    let (client_id, _) = client.parts();
    let answer = bench
        .admin_post("/clients/rotate", &json!({"client_id": client_id, "overlap": 60}))
        .await;
    let fresh = Login::basic(&client_id, answer.json()["client_secret"].as_str().unwrap());
    bench.writ(&client, "a").await;
    bench.writ(&fresh, "b").await;
    let bench = bench.reopened().await;
    bench.writ(&client, "c").await;
    bench.pass(60);
    let answer = bench.post(&client, "/v1/tasks", &travel_task("d")).await;
    answer.problem(401, "unauthorized");
    bench.writ(&fresh, "d").await;
    let answer = bench
        .admin_post("/clients/rotate", &json!({"client_id": client_id, "overlap": 0}))
        .await;
    assert_eq!(answer.status, 200);
    bench
        .post(&fresh, "/v1/tasks", &travel_task("e"))
        .await
        .problem(401, "unauthorized");
    let unknown = bench
        .admin_post("/clients/rotate", &json!({"client_id": "unknown", "overlap": 0}))
        .await;
    unknown.problem(404, "not_found");
}

#[tokio::test]
async fn a_deregistered_client_has_no_valid_session_launch_token_or_writ() {
    let (bench, client) = travel().await;
    let token = bench.writ(&client, "a").await;
    let (client_id, _) = client.parts();
    let ended = bench
        .admin_post("/clients/end", &json!({"client_id": client_id}))
        .await
        .json();
    assert_eq!(ended["ended_at"], "2026-05-10T12:00:00Z");
    assert!(verified(&bench, &token).await.is_err());
    bench
        .post(&client, "/v1/tasks", &travel_task("b"))
        .await
        .problem(401, "unauthorized");
    bench.pass(5);
    let again = bench
        .admin_post("/clients/end", &json!({"client_id": client_id}))
        .await
        .json();
    assert_eq!(again, ended);
    let bench = bench.reopened().await;
    assert!(verified(&bench, &token).await.is_err());
    bench
        .post(&client, "/v1/tasks", &travel_task("b"))
        .await
        .problem(401, "unauthorized");
    let listed = bench.admin_post("/clients/list", &json!({})).await.json();
    assert_eq!(listed["clients"][0]["active"], json!(false));
}

#[tokio::test]
async fn every_level_revokes_its_target_and_nothing_else() {
    let (bench, client) = travel().await;
    let stays = bench.writ(&client, "stays").await;
    let said = claims(&stays);
    let (client_id, header) = (
        client.parts().0,
        claims(&format!(".{}", stays.split('.').next().unwrap())),
    );
    for (level, target) in [
        ("token", "jti"),
        ("lineage", "lin"),
        ("agent", "sub"),
        ("chain", "lin"),
        ("task", "task"),
        ("client", "client"),
        ("key", "key"),
        ("all", ""),
    ] {
        bench.pass(2);
        let token = bench.writ(&client, level).await;
        let target = match target {
            "task" => json!(format!("{client_id}/{level}")),
            "client" => json!(client_id),
            "key" => header["kid"].clone(),
            claim => claims(&token)[claim].clone(),
        };
        let mut body = json!({"level": level, "target": target});
        if level == "all" {
            body.as_object_mut().unwrap().remove("target");
        }
        let answer = bench.admin_post("/revocations", &body).await;
        assert_eq!(answer.status, 200, "{level}: {}", answer.text());
        assert!(verified(&bench, &token).await.is_err(), "{level}");
        let narrow = ["token", "lineage", "agent", "chain", "task"].contains(&level);
        assert_eq!(verified(&bench, &stays).await.is_ok(), narrow, "{level}");
        bench.pass(2);
        let later = bench.writ(&client, &format!("later-{level}")).await;
        assert!(
            verified(&bench, &later).await.is_ok(),
            "{level} ends nothing that comes later"
        );
    }
    assert_eq!(said["client_id"], json!(client_id));
}

#[tokio::test]
async fn a_cut_in_time_leaves_what_was_issued_after_it() {
    let (bench, client) = travel().await;
    let before = bench.writ(&client, "before").await;
    let cut = bench.now().0;
    bench.pass(10);
    let after = bench.writ(&client, "after").await;
    bench.pass(10);
    let answer = bench
        .admin_post("/revocations", &json!({"level": "all", "before": cut}))
        .await;
    assert_eq!(answer.status, 200);
    assert!(verified(&bench, &before).await.is_err() && verified(&bench, &after).await.is_ok());
}

#[tokio::test]
async fn a_revocation_of_an_ambiguous_target_revokes_nothing() {
    let (bench, client) = travel().await;
    let token = bench.writ(&client, "t").await;
    for body in [
        json!({"level": "everything", "target": "x"}),
        json!({"level": "agent"}),
        json!({"level": "all", "target": "x"}),
        json!({"target": "x"}),
        json!({"level": "all", "before": -1}),
        json!({"level": "all", "until": 1}),
    ] {
        bench
            .admin_post("/revocations", &body)
            .await
            .problem(422, "invalid_request");
    }
    assert!(verified(&bench, &token).await.is_ok());
}

/// Walks the chain as `edgewrit audit verify` does.
fn walked(bench: &Bench) -> Result<ChainHead, Broken> {
    let links = History::open(bench.path()).unwrap().after(0, 10_000).unwrap();
    links
        .iter()
        .try_fold(ChainHead::default(), |head, link| link.follows(&head))
}

#[tokio::test]
async fn a_change_of_the_database_breaks_the_chain() {
    let (bench, client) = travel().await;
    for task in ["a", "b", "c"] {
        bench.writ(&client, task).await;
    }
    let head = walked(&bench).unwrap();
    assert_eq!(
        bench.snapshot().await.audit_head(),
        Some(head.to_string().as_str()),
        "edges are witnesses"
    );
    let changes = [
        "UPDATE audit SET line = replace(line, '\"task_id\":\"b\"', '\"task_id\":\"x\"') WHERE seq = 3",
        "UPDATE audit SET hash = zeroblob(32) WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
    ];
    for change in changes {
        let connection = Connection::open(bench.path().join("issuer.db")).unwrap();
        connection.execute_batch("BEGIN").unwrap();
        assert_eq!(connection.execute(change, []).unwrap(), 1, "{change}");
        connection.execute_batch("COMMIT").unwrap();
        assert!(walked(&bench).is_err(), "{change}");
    }
}

#[tokio::test]
async fn a_refused_task_leaves_no_event_and_the_chain_goes_on() {
    let (bench, client) = travel().await;
    let before = walked(&bench).unwrap();
    bench.writ(&client, "t").await;
    bench
        .post(&client, "/v1/tasks", &travel_task("t"))
        .await
        .problem(409, "task_exists");
    let after = walked(&bench).unwrap();
    assert_eq!(after.seq, before.seq + 1);
    let bench = bench.reopened().await;
    bench.writ(&client, "u").await;
    assert_eq!(walked(&bench).unwrap().seq, after.seq + 1);
}

#[tokio::test]
async fn what_lies_beyond_the_ceiling_is_in_the_audit_with_its_request() {
    let (bench, client) = travel().await;
    let mut task = travel_task("t");
    task["ttl"] = json!("24h");
    let mut request = post(Some(&client), "/v1/tasks", &task);
    request.headers_mut().insert("x-request-id", "mine-1".parse().unwrap());
    send(&bench.app, request).await.problem(403, "beyond_ceiling");
    let why: Value = bench.admin_post("/why", &json!({"request_id": "mine-1"})).await.json();
    assert_eq!(why["events"][0]["event"], "scope_ceiling_exceeded");
    assert!(
        why["events"][0]["data"]["beyond"][0].as_str().unwrap().contains("/ttl"),
        "{why}"
    );
}

#[tokio::test]
async fn the_trace_of_a_request_is_kept_with_what_it_began() {
    let (bench, client) = travel().await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    for (value, task) in [(trace, "good"), ("not a trace", "bad")] {
        let mut request = post(Some(&client), "/v1/tasks", &travel_task(task));
        request.headers_mut().insert("traceparent", value.parse().unwrap());
        assert_eq!(send(&bench.app, request).await.status, 201);
    }
    let lines = bench.history();
    let of = |task: &str| {
        let line = lines
            .iter()
            .find(|line| line.contains(&format!("\"task_id\":\"{task}\"")));
        serde_json::from_str::<Value>(line.unwrap()).unwrap()
    };
    assert_eq!(
        (&of("good")["traceparent"], &of("bad")["traceparent"]),
        (&json!(trace), &Value::Null)
    );
}

/// Runs `sql` beside the issuer.
fn alter(bench: &Bench, sql: &str) {
    let connection = Connection::open(bench.path().join("issuer.db")).unwrap();
    connection.execute_batch(sql).unwrap();
}

#[tokio::test]
async fn a_client_that_used_up_its_share_of_revocations_stops_no_other_client() {
    let (bench, greedy) = travel().await;
    let other = bench.client(crate::support::travel_ceiling()).await;
    bench.writ(&greedy, "a").await;
    bench.writ(&greedy, "b").await;
    let mine = bench.writ(&other, "c").await;
    let share = format!("INSERT INTO shares VALUES ('{}', 99999), ('', 99999)", greedy.parts().0);
    alter(&bench, &share);
    assert_eq!(
        bench.post(&greedy, "/v1/tasks/a/complete", &json!({})).await.status,
        200
    );
    let full = bench.post(&greedy, "/v1/tasks/b/complete", &json!({})).await;
    full.problem(503, "unavailable");
    assert_eq!(bench.post(&other, "/v1/tasks/c/complete", &json!({})).await.status, 200);
    assert!(verified(&bench, &mine).await.is_err());
    // For the operator there is room, and ending everything makes room for all clients.
    bench.pass(1);
    assert_eq!(
        bench.admin_post("/revocations", &json!({"level": "all"})).await.status,
        200
    );
    assert_eq!(bench.snapshot().await.revocations().len(), 1);
    bench.pass(1);
    bench.writ(&greedy, "d").await;
    assert_eq!(
        bench.post(&greedy, "/v1/tasks/d/complete", &json!({})).await.status,
        200
    );
}

#[tokio::test]
async fn a_writ_that_is_revoked_twice_has_one_revocation() {
    let (bench, client) = travel().await;
    bench.writ(&client, "a").await;
    for _ in 0..3 {
        let answer = bench
            .admin_post(
                "/revocations",
                &json!({"level": "agent", "target": "spiffe://x/agent/a/b/c"}),
            )
            .await;
        assert_eq!(answer.status, 200);
    }
    assert_eq!(bench.snapshot().await.revocations().len(), 1);
}

#[tokio::test]
async fn a_backup_is_in_the_audit() {
    let (bench, _) = travel().await;
    let beside = tempfile::tempdir().unwrap();
    let to = beside.path().join("copy");
    let answer = bench.admin_post("/backup", &json!({"to": to})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let last: Value = serde_json::from_str(bench.history().last().unwrap()).unwrap();
    assert_eq!(
        (&last["event"], &last["data"]["to"]),
        (&json!("backup_made"), &json!(to))
    );
    let answer = bench.admin_post("/backup", &json!({"to": to})).await;
    answer.problem(409, "name_taken");
    assert_eq!(
        bench
            .history()
            .iter()
            .filter(|line| line.contains("backup_made"))
            .count(),
        1
    );
}
