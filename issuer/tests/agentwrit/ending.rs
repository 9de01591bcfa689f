//! Revocation by the operator at every level, and deregistration of a client.

use crate::support::agentwrit::{AgentWithWrit, App, bearer, delegation, registration, renewal, request};
use crate::support::{Bench, Login, claims, post, travel_ceiling, travel_task};
use edgewrit_shared::edge_api::bundle;
use serde_json::json;
use std::sync::atomic::Ordering;

async fn app() -> (Bench, App) {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    (bench, app)
}

fn jti(token: &str) -> String {
    claims(token)["jti"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_released_writ_is_dead_at_once_for_everything() {
    let (bench, app) = app().await;
    let agent = bench.agent(&app, "task", &["read:data:x"]).await;
    let other = bench.agent(&app, "task", &["read:data:x"]).await;
    bench.release(&agent.token).await;
    assert!(!bench.is_valid(&agent.token).await);
    bench.send(renewal(&agent.token)).await.refused(401, "unauthorized");
    let answer = bench.send(delegation(&agent.token, &other.id, &["read:data:x"])).await;
    answer.refused(401, "unauthorized");
    let again = request("POST", Some(&agent.login()), "/v1/token/release");
    bench.send(again).await.refused(401, "unauthorized");
    assert!(bench.is_valid(&other.token).await);
}

#[tokio::test]
async fn a_session_can_be_given_back_too() {
    let (bench, app) = app().await;
    let Login(login) = &app.session;
    bench.release(login.strip_prefix("Bearer ").unwrap()).await;
    let ask = json!({"agent_name": "a", "allowed_scope": ["read:data:x"]});
    let answer = bench.post(&app.session, "/v1/app/launch-tokens", &ask).await;
    answer.refused(401, "unauthorized");
    bench.log_in(&app.id, &app.secret).await;
}

#[tokio::test]
async fn each_level_of_revocation_revokes_its_target_and_nothing_else() {
    let (bench, app) = app().await;
    let scope = ["read:data:x"];
    let (one, same_task, other) = (
        bench.agent(&app, "task", &scope).await,
        bench.agent(&app, "task", &scope).await,
        bench.agent(&app, "other", &scope).await,
    );
    let renewed = bench.renewed(&one.token).await;
    // By the id of a writ that was renewed meanwhile: its lineage ends.
    bench.revoke("token", &jti(&one.token)).await;
    assert!(!bench.is_valid(&renewed).await);
    assert!(bench.is_valid(&same_task.token).await && bench.is_valid(&other.token).await);
    bench.revoke("agent", &other.id).await;
    assert!(!bench.is_valid(&other.token).await);
    assert!(bench.is_valid(&same_task.token).await);
    bench.revoke("task", "task").await;
    assert!(!bench.is_valid(&same_task.token).await);
}

#[tokio::test]
async fn a_revoked_agent_does_not_renew() {
    let (bench, app) = app().await;
    let agent = bench.agent(&app, "task", &["read:data:x"]).await;
    bench.revoke("agent", &agent.id).await;
    bench.send(renewal(&agent.token)).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn revoking_what_is_not_there_is_no_error_and_what_is_no_level_is() {
    let (bench, _app) = app().await;
    for (level, target) in [
        ("token", "none"),
        ("agent", "spiffe://x/agent/a/b/c"),
        ("chain", "none"),
    ] {
        assert_eq!(bench.revoke(level, target).await.json()["revoked"], true, "{level}");
    }
    assert_eq!(bench.revoke("task", "none").await.json()["count"], 0);
    for level in ["", "client", "key", "all", "lineage", "TOKEN", "tokens"] {
        bench.revoke(level, "x").await.refused(400, "invalid_request");
    }
    let operator = bench.operator().await;
    for body in [
        json!({"level": "token"}),
        json!({"target": "x"}),
        json!({"level": "token", "target": ""}),
        json!({"level": "token", "target": 7}),
        json!({"level": ["token"], "target": "x"}),
    ] {
        let answer = bench.post(&operator, "/v1/revoke", &body).await;
        answer.refused(400, "invalid_request");
    }
}

#[tokio::test]
async fn no_revocation_locks_the_operator_out() {
    let (bench, app) = app().await;
    for level in ["token", "agent", "task", "chain"] {
        let operator = bench.operator().await;
        for target in ["admin", "operator", "*", &app.id, "app", "client/task"] {
            let ask = json!({"level": level, "target": target});
            let status = bench.post(&operator, "/v1/revoke", &ask).await.status.as_u16();
            assert!([200, 400].contains(&status), "{level} {target}: {status}");
        }
        let Login(login) = &operator;
        let own = jti(login.strip_prefix("Bearer ").unwrap());
        let answer = bench
            .post(&operator, "/v1/revoke", &json!({"level": level, "target": own}))
            .await;
        let named = ["token", "task", "chain"].contains(&level);
        assert_eq!(
            answer.status.as_u16(),
            if named { 200 } else { 400 },
            "{level}: {}",
            answer.text()
        );
        // A session that is named ends, as it must when it was stolen. The operator comes in again,
        // in the same second.
        let listed = bench.send(request("GET", Some(&operator), "/v1/admin/apps")).await;
        assert_eq!(listed.status.as_u16(), if level == "token" { 401 } else { 200 });
    }
    assert_eq!(bench.events("").await["offset"], 0);
    bench.agent(&app, "new", &["read:data:x"]).await;
}

#[tokio::test]
async fn a_token_is_revoked_by_its_id_and_never_written_down() {
    let (bench, app) = app().await;
    let agent = bench.agent(&app, "task", &["read:data:x"]).await;
    bench
        .revoke("token", &agent.token)
        .await
        .refused(400, "invalid_request");
    bench
        .revoke("agent", "spiffe:typo")
        .await
        .refused(400, "invalid_request");
    assert!(bench.history().iter().all(|line| !line.contains(&agent.token)));
}

#[tokio::test]
async fn a_revocation_has_a_time_cut() {
    let (bench, app) = app().await;
    let before = bench.agent(&app, "task", &["read:data:x"]).await;
    bench.revoke("task", "task").await;
    bench.pass(1);
    let after = bench.agent(&app, "task", &["read:data:x"]).await;
    assert!(!bench.is_valid(&before.token).await);
    assert!(bench.is_valid(&after.token).await);
}

/// Ends `agent` of the task `task` in one of the ways there are.
async fn end(bench: &Bench, app: &App, how: &str, agent: &AgentWithWrit) {
    match how {
        "token" => drop(bench.revoke("token", &jti(&agent.token)).await),
        "agent" | "chain" => drop(bench.revoke(how, &agent.id).await),
        "task" => drop(bench.revoke("task", "task").await),
        "release" => bench.release(&agent.token).await,
        _ => drop(bench.post(&app.session, "/v1/tasks/task/complete", &json!({})).await),
    }
}

#[tokio::test]
async fn the_descendants_of_a_writ_end_with_it_although_the_clock_was_set_back() {
    for how in ["token", "agent", "chain", "task", "release", "complete"] {
        let (bench, app) = app().await;
        let other = bench.agent(&app, "other", &["read:data:x"]).await;
        let mut agent = bench.agent(&app, "task", &["read:data:x"]).await;
        bench.pass(3);
        agent.token = bench.renewed(&agent.token).await;
        let passed_on = bench.delegated(&agent.token, &other.id, &["read:data:x"]).await;
        bench.clock.fetch_sub(3_000, Ordering::SeqCst);
        end(&bench, &app, how, &agent).await;
        assert!(!bench.is_valid(&agent.token).await, "{how}");
        assert!(!bench.is_valid(&passed_on).await, "{how}");
    }
}

#[tokio::test]
async fn a_revocation_is_forgotten_with_what_it_ends() {
    let (bench, app) = app().await;
    let agent = bench.agent(&app, "task", &["read:data:x"]).await;
    bench.revoke("agent", &agent.id).await;
    let rows = |document: &[u8]| document.len() - document.iter().position(|byte| *byte == b'\n').unwrap() - 1;
    assert!(rows(&bench.get(bundle::PATH).await.body) > 0);
    bench.pass(24 * 60 * 60 + 30);
    assert_eq!(rows(&bench.get(bundle::PATH).await.body), 0);
}

#[tokio::test]
async fn deregistering_an_app_ends_all_it_has_at_once() {
    let (bench, app) = app().await;
    let (agent, other) = (
        bench.agent(&app, "t1", &["read:data:x"]).await,
        bench.agent(&app, "t2", &["read:data:x"]).await,
    );
    let passed_on = bench.delegated(&agent.token, &other.id, &["read:data:x"]).await;
    let launch_token = bench.launch(&app, &["read:data:x"]).await;
    let foreign = bench.register_app(&["read:data:*"]).await;
    let foreign = bench.agent(&foreign, "t1", &["read:data:x"]).await;

    let path = format!("/v1/admin/apps/{}", app.id);
    let operator = bench.operator().await;
    assert_eq!(bench.send(request("DELETE", Some(&operator), &path)).await.status, 200);
    for token in [&agent.token, &other.token, &passed_on] {
        assert!(!bench.is_valid(token).await);
        bench.send(renewal(token)).await.refused(401, "unauthorized");
    }
    let Login(session) = &app.session;
    assert!(!bench.is_valid(session.strip_prefix("Bearer ").unwrap()).await);
    let ask = json!({"agent_name": "a", "allowed_scope": ["read:data:x"]});
    let answer = bench.post(&app.session, "/v1/app/launch-tokens", &ask).await;
    answer.refused(401, "unauthorized");
    let ask = registration(&launch_token, &bench.nonce().await, &["read:data:x"]);
    bench.say("/v1/register", &ask).await.refused(401, "unauthorized");
    let show = json!({"client_id": app.id, "client_secret": app.secret});
    bench.say("/v1/app/auth", &show).await.refused(401, "unauthorized");
    assert!(bench.is_valid(&foreign.token).await);

    let bench = bench.reopened().await;
    assert!(!bench.is_valid(&agent.token).await);
    bench.say("/v1/app/auth", &show).await.refused(401, "unauthorized");
    let mut change = post(
        Some(&bench.operator().await),
        &path,
        &json!({"scopes": ["read:data:x"]}),
    );
    *change.method_mut() = axum::http::Method::PUT;
    bench.send(change).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_task_belongs_to_its_client() {
    let (bench, one) = app().await;
    let other = bench.register_app(&["read:data:*"]).await;
    let (mine, theirs) = (
        bench.agent(&one, "same", &["read:data:x"]).await,
        bench.agent(&other, "same", &["read:data:y"]).await,
    );
    // The name alone says not which of both is meant.
    assert!(
        bench
            .revoke("task", "same")
            .await
            .refused(400, "invalid_request")
            .contains("client_id/task_id")
    );
    assert!(bench.is_valid(&mine.token).await && bench.is_valid(&theirs.token).await);
    let named = format!("{}/same", other.id);
    assert_eq!(bench.revoke("task", &named).await.json()["count"], 1);
    assert!(bench.is_valid(&mine.token).await);
    assert!(!bench.is_valid(&theirs.token).await);
}

#[tokio::test]
async fn completing_a_task_ends_nothing_of_another_clients_task_of_that_name() {
    let (bench, one) = app().await;
    let other = bench.client(travel_ceiling()).await;
    let mine = bench.agent(&one, "same", &["read:data:x"]).await;
    let theirs = bench
        .post(&other, "/v1/tasks", &travel_task("same"))
        .await
        .tokens()
        .remove(0);
    let answer = bench.post(&one.session, "/v1/tasks/same/complete", &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(!bench.is_valid(&mine.token).await);
    assert!(bench.is_valid(&theirs).await);
    let report = bench.send(request("GET", Some(&one.session), "/v1/tasks/same")).await;
    assert_eq!(report.status, 200, "{}", report.text());
    assert!(!report.text().contains("flights"), "{}", report.text());
    assert!(report.text().contains("data:x"), "{}", report.text());
    let never = bench.register_app(&["read:data:*"]).await;
    let report = bench.send(request("GET", Some(&never.session), "/v1/tasks/same")).await;
    assert_eq!(report.status, 404);
    let answer = bench.post(&bearer("x"), "/v1/tasks/same/complete", &json!({})).await;
    assert_eq!(answer.status, 401);
}
