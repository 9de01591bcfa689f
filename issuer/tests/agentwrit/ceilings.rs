//! A ceiling binds every descendant of an app.

use crate::support::agentwrit::{delegation, registration, request};
use crate::support::{Bench, Login, NOON, claims, post};
use serde_json::{Value, json};

async fn launch(bench: &Bench, login: &Login, path: &str, ask: Value) -> crate::support::Answer {
    bench.post(login, path, &ask).await
}

fn for_scope(scope: &[&str]) -> Value {
    json!({"agent_name": "agent", "allowed_scope": scope})
}

const APP: &str = "/v1/app/launch-tokens";
const ADMIN: &str = "/v1/admin/launch-tokens";

#[tokio::test]
async fn a_ceiling_binds_every_descendant_of_an_app() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*", "write:data:x"]).await;
    for beyond in ["write:data:y", "write:data:*", "delete:data:x", "read:datum:x"] {
        let answer = launch(&bench, &app.session, APP, for_scope(&["read:data:x", beyond])).await;
        assert!(answer.refused(403, "forbidden").contains(beyond));
    }
    let agent = bench.agent(&app, "task", &["read:data:x", "write:data:x"]).await;
    let other = bench.agent(&app, "task", &["read:data:*"]).await;
    for beyond in ["read:data:y", "read:data:*", "write:data:y"] {
        let answer = bench.send(delegation(&agent.token, &other.id, &[beyond])).await;
        assert!(answer.refused(403, "scope_violation").contains(beyond));
    }
    let renewed = claims(&bench.renewed(&agent.token).await);
    assert_eq!(renewed["scope"], "read:data:x write:data:x");
}

#[tokio::test]
async fn a_star_is_a_wildcard_only_as_the_whole_identifier() {
    let bench = Bench::operated().await;
    let app = bench
        .register_app(&["read:data:a*", "*:data:x", "read:*:x", "read:more:a:b"])
        .await;
    for beyond in [
        "read:data:ab",
        "write:data:x",
        "read:other:x",
        "read:more:a:c",
        "read:more:a",
    ] {
        let answer = launch(&bench, &app.session, APP, for_scope(&[beyond])).await;
        answer.refused(403, "forbidden");
    }
    let scope = ["read:data:a*", "*:data:x", "read:*:x", "read:more:a:b"];
    bench.agent(&app, "task", &scope).await;
}

#[tokio::test]
async fn no_agent_gets_what_only_the_issuers_own_sessions_have() {
    let bench = Bench::operated().await;
    let operator = bench.operator().await;
    for scope in [
        "admin:revoke:*",
        "admin:launch-tokens:*",
        "app:launch-tokens:*",
        "app:x:y",
    ] {
        let ask = json!({"name": "app", "scopes": ["read:data:*", scope]});
        let answer = bench.post(&operator, "/v1/admin/apps", &ask).await;
        assert!(answer.refused(400, "invalid_request").contains("scopes"));
        let answer = launch(&bench, &operator, ADMIN, for_scope(&[scope])).await;
        answer.refused(403, "forbidden");
    }
}

#[tokio::test]
async fn only_apps_and_the_operator_launch_agents() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*", "launch-tokens:app:*"]).await;
    let agent = bench.agent(&app, "task", &["read:data:*", "launch-tokens:app:*"]).await;
    let ask = for_scope(&["read:data:x"]);
    for (login, path) in [
        (&agent.login(), APP),
        (&agent.login(), ADMIN),
        (&app.session, ADMIN),
        (&bench.operator().await, APP),
    ] {
        let answer = launch(&bench, login, path, ask.clone()).await;
        answer.refused(403, "insufficient_scope");
    }
}

#[tokio::test]
async fn the_operators_agents_have_no_client_but_a_ttl_and_an_audience() {
    let bench = Bench::operated().await;
    let ask = json!({"agent_name": "a", "allowed_scope": ["any:thing:*"], "max_ttl": 5});
    let token = launch(&bench, &bench.operator().await, ADMIN, ask)
        .await
        .granted("launch_token");
    let ask = registration(&token, &bench.nonce().await, &["any:thing:x"]);
    let writ = bench.say("/v1/register", &ask).await.granted("access_token");
    let said = claims(&writ);
    assert_eq!(
        (&said["aud"], &said["client_id"]),
        (&json!("agentwrit"), &json!("operator"))
    );
    assert_eq!((&said["iat"], &said["exp"]), (&json!(NOON), &json!(NOON + 5)));
    bench.pass(4);
    assert!(bench.is_valid(&writ).await);
    bench.pass(1);
    assert!(!bench.is_valid(&writ).await);
}

#[tokio::test]
async fn a_ceiling_that_is_lowered_binds_the_launch_tokens_that_are_out() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let (kept, lost) = (
        bench.launch(&app, &["read:data:x"]).await,
        bench.launch(&app, &["read:data:y"]).await,
    );
    let path = format!("/v1/admin/apps/{}", app.id);
    let mut lower = post(
        Some(&bench.operator().await),
        &path,
        &json!({"scopes": ["read:data:x"]}),
    );
    *lower.method_mut() = axum::http::Method::PUT;
    assert_eq!(bench.send(lower).await.status, 200);
    let ask = registration(&lost, &bench.nonce().await, &["read:data:y"]);
    bench.say("/v1/register", &ask).await.refused(403, "forbidden");
    let ask = registration(&kept, &bench.nonce().await, &["read:data:x"]);
    assert_eq!(bench.say("/v1/register", &ask).await.status, 200);
}

#[tokio::test]
async fn a_client_of_the_command_line_uses_this_api_within_its_first_entry() {
    let bench = Bench::operated().await;
    let entry = |audience: &str, scope: &str, ttl: u64| json!({"audience": audience, "scope": [scope], "ttl_max": ttl});
    let ceiling = json!([
        entry("https://a.example", "read:data:*", 60),
        entry("https://b.example", "write:data:*", 600),
    ]);
    let (id, secret) = bench.client(ceiling).await.parts();
    let session = bench.log_in(&id, &secret).await;
    let ask = |scope: &str, ttl: u64| json!({"agent_name": "a", "allowed_scope": [scope], "max_ttl": ttl});
    for beyond in [ask("write:data:x", 60), ask("read:data:x", 61)] {
        launch(&bench, &session, APP, beyond).await.refused(403, "forbidden");
    }
    let token = launch(&bench, &session, APP, ask("read:data:x", 60))
        .await
        .granted("launch_token");
    let ask = registration(&token, &bench.nonce().await, &["read:data:x"]);
    let writ = bench.say("/v1/register", &ask).await.granted("access_token");
    assert_eq!(claims(&writ)["aud"], "https://a.example");
}

#[tokio::test]
async fn other_scopes_of_an_app_leave_the_rest_of_its_ceiling_as_it_is() {
    let bench = Bench::operated().await;
    let entry = |audience: &str, ttl: u64| json!({"audience": audience, "scope": ["read:data:*"], "ttl_max": ttl});
    let client = bench.client(json!([entry("a", 60), entry("b", 600)])).await;
    let (id, secret) = client.parts();
    let path = format!("/v1/admin/apps/{id}");
    let mut put = post(
        Some(&bench.operator().await),
        &path,
        &json!({"scopes": ["write:data:*"]}),
    );
    *put.method_mut() = axum::http::Method::PUT;
    assert_eq!(bench.send(put).await.json()["scopes"], json!(["write:data:*"]));
    let session = bench.log_in(&id, &secret).await;
    let ask = json!({"agent_name": "a", "allowed_scope": ["write:data:x"], "max_ttl": 61});
    launch(&bench, &session, APP, ask).await.refused(403, "forbidden");
    let ask = json!({"agent_name": "a", "allowed_scope": ["write:data:x"], "max_ttl": 60});
    assert_eq!(launch(&bench, &session, APP, ask).await.status, 201);
    let task = json!({"task_id": "t", "orch_id": "o", "audiences": {"b": {"scope": ["read:data:x"]}}});
    assert_eq!(bench.post(&client, "/v1/tasks", &task).await.status, 201);
}

#[tokio::test]
async fn a_ceiling_that_limits_uses_gives_no_scopes() {
    let bench = Bench::operated().await;
    let ceiling = json!([{"audience": "a", "scope": ["read:data:*"], "ttl_max": 60, "uses_max": 1}]);
    let (id, secret) = bench.client(ceiling).await.parts();
    let session = bench.log_in(&id, &secret).await;
    let ask = json!({"agent_name": "a", "allowed_scope": ["read:data:x"], "max_ttl": 60});
    launch(&bench, &session, APP, ask).await.refused(403, "forbidden");
}

#[tokio::test]
async fn lives_have_bounds_everywhere() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let (agent, other) = (
        bench.agent(&app, "task", &["read:data:x"]).await,
        bench.agent(&app, "task", &["read:data:x"]).await,
    );
    let operator = bench.operator().await;
    let day = 24 * 60 * 60;
    for ttl in [json!(0), json!(-1), json!(1.5), json!(day + 1), json!(1e30)] {
        let mut ask = for_scope(&["read:data:x"]);
        ask["max_ttl"] = ttl.clone();
        launch(&bench, &app.session, APP, ask).await.refused(400, "invalid_ttl");
        let mut ask = for_scope(&["read:data:x"]);
        ask["ttl"] = ttl.clone();
        launch(&bench, &app.session, APP, ask).await.refused(400, "invalid_ttl");
        let ask = json!({"name": "a", "scopes": ["read:data:x"], "token_ttl": ttl.clone()});
        bench
            .post(&operator, "/v1/admin/apps", &ask)
            .await
            .refused(400, "invalid_ttl");
        let ask = json!({"delegate_to": other.id, "scope": ["read:data:x"], "ttl": ttl});
        bench
            .post(&agent.login(), "/v1/delegate", &ask)
            .await
            .refused(400, "invalid_ttl");
    }
    let listed = bench
        .send(request("GET", Some(&operator), "/v1/admin/apps"))
        .await
        .json();
    assert_eq!(listed["total"], 1);
}
