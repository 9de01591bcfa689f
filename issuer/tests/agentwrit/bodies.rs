//! Bodies of unauthenticated requests are answered soon and use nothing up.

use crate::support::agentwrit::{App, registration, request};
use crate::support::{Bench, Login, post};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

/// Where JSON goes in, who sends it, and one body that is taken.
async fn public_endpoints(bench: &Bench, app: &App) -> Vec<(&'static str, Option<Login>, Value)> {
    let (agent, other) = (
        bench.agent(app, "task", &["read:data:x"]).await,
        bench.agent(app, "task", &["read:data:x"]).await,
    );
    let launch = json!({"agent_name": "a", "allowed_scope": ["read:data:x"]});
    let ask = registration(
        &bench.launch(app, &["read:data:x"]).await,
        &bench.nonce().await,
        &["read:data:x"],
    );
    let operator = Some(bench.operator().await);
    vec![
        ("/v1/register", None, ask),
        ("/v1/token/validate", None, json!({"token": agent.token})),
        (
            "/v1/admin/auth",
            None,
            json!({"secret": crate::support::agentwrit::SECRET}),
        ),
        (
            "/v1/app/auth",
            None,
            json!({"client_id": app.id, "client_secret": app.secret}),
        ),
        (
            "/v1/admin/apps",
            operator.clone(),
            json!({"name": "another", "scopes": ["read:data:x"]}),
        ),
        ("/v1/admin/launch-tokens", operator.clone(), launch.clone()),
        ("/v1/app/launch-tokens", Some(app.session.clone()), launch),
        (
            "/v1/delegate",
            Some(agent.login()),
            json!({"delegate_to": other.id, "scope": ["read:data:x"]}),
        ),
        ("/v1/revoke", operator, json!({"level": "agent", "target": other.id})),
    ]
}

fn raw(login: Option<&Login>, path: &str, body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::post(path);
    if let Some(Login(login)) = login {
        request = request.header("authorization", login);
    }
    request.body(body.into()).unwrap()
}

#[tokio::test]
async fn unknown_members_are_ignored_and_so_is_the_content_type() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let types = [
        "text/plain",
        "application/json",
        "application/x-www-form-urlencoded",
        "",
        "nonsense",
    ];
    for ((path, login, mut good), content_type) in public_endpoints(&bench, &app)
        .await
        .into_iter()
        .zip(types.into_iter().cycle())
    {
        good["more"] = json!({"of": ["it"]});
        let mut request = raw(login.as_ref(), path, good.to_string());
        request
            .headers_mut()
            .insert("content-type", content_type.parse().unwrap());
        let answer = bench.send(request).await;
        assert!(answer.status.is_success(), "{path} {content_type}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_body_of_a_mebibyte_is_taken_everywhere() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let mut public_endpoints = public_endpoints(&bench, &app).await;
    let agent = bench.agent(&app, "task", &["read:data:x"]).await;
    public_endpoints.push(("/v1/token/renew", Some(agent.login()), json!({})));
    for (path, login, good) in public_endpoints {
        let mut padded = good.to_string().into_bytes();
        padded.resize(1_048_576, b' ');
        let answer = bench.send(raw(login.as_ref(), path, padded)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn long_lists_and_texts_are_refused() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let operator = bench.operator().await;
    let scopes = |count: usize| -> Vec<_> { (0..count).map(|n| format!("read:data:{n}")).collect() };
    let launch = |scope: Vec<String>| json!({"agent_name": "a", "allowed_scope": scope});
    let answer = bench
        .post(&app.session, "/v1/app/launch-tokens", &launch(scopes(256)))
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    for body in [
        launch(scopes(257)),
        launch(vec![format!("read:data:{}", "x".repeat(600))]),
        json!({"agent_name": "a".repeat(1_025), "allowed_scope": ["read:data:x"]}),
    ] {
        let answer = bench.post(&app.session, "/v1/app/launch-tokens", &body).await;
        answer.refused(400, "invalid_request");
    }
    for name in ["", "a b", "a/b", "..", &"a".repeat(200), "a\n", "-a", "-"] {
        let body = json!({"name": name, "scopes": ["read:data:x"]});
        let answer = bench.post(&operator, "/v1/admin/apps", &body).await;
        answer.refused(400, "invalid_request");
    }
}

#[tokio::test]
async fn agents_with_more_scopes_than_a_writ_holds_are_refused_and_use_nothing_up() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let long: Vec<_> = (0..256).map(|n| format!("read:data:{n:0>90}")).collect();
    let long: Vec<_> = long.iter().map(String::as_str).collect();
    let token = bench.launch(&app, &long).await;
    let nonce = bench.nonce().await;
    let ask = registration(&token, &nonce, &long);
    bench.say("/v1/register", &ask).await.refused(400, "invalid_request");
    let mut less = ask;
    less["requested_scope"] = json!([long[0]]);
    assert_eq!(bench.say("/v1/register", &less).await.status, 200);
}

#[tokio::test]
async fn apps_are_found_by_their_id_alone() {
    let bench = Bench::operated().await;
    let operator = bench.operator().await;
    let app = bench.register_app(&["read:data:*"]).await;
    for id in [
        "none",
        "..",
        "%2e%2e",
        "a%2Fb",
        "%00",
        &app.id.to_uppercase(),
        &format!("{}%20", app.id),
    ] {
        let path = format!("/v1/admin/apps/{id}");
        for method in ["GET", "DELETE"] {
            let answer = bench.send(request(method, Some(&operator), &path)).await;
            answer.refused(404, "not_found");
        }
        let mut put = post(Some(&operator), &path, &json!({"scopes": ["read:data:x"]}));
        *put.method_mut() = axum::http::Method::PUT;
        bench.send(put).await.refused(404, "not_found");
    }
    let same = json!({"name": "same", "scopes": ["read:data:x"]});
    assert_eq!(bench.post(&operator, "/v1/admin/apps", &same).await.status, 201);
    bench
        .post(&operator, "/v1/admin/apps", &same)
        .await
        .refused(409, "conflict");
}
