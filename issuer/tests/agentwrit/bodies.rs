//! Bodies that strangers send: whatever they are, they are answered soon and use nothing up.

use crate::support::agentwrit::{App, registration, request};
use crate::support::{Bench, Login, post};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

/// Where JSON goes in, who sends it, and one body that is taken.
async fn doors(bench: &Bench, app: &App) -> Vec<(&'static str, Option<Login>, Value)> {
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

/// Bytes that are no JSON object as it is read here; `good` is one that is taken.
fn malformed(good: &Value) -> Vec<Vec<u8>> {
    let good = good.to_string();
    let member = good
        .strip_prefix('{')
        .and_then(|rest| rest.split_once(','))
        .map_or(&*good, |(first, _)| first);
    let texts = [
        String::new(),
        "{".into(),
        "null".into(),
        "[]".into(),
        "7".into(),
        "\"text\"".into(),
        "NaN".into(),
        "{}".into(),
        format!("{good}x"),
        format!("{good}{good}"),
        format!("\u{feff}{good}"),
        format!("[{good}]"),
        good.replace(':', " "),
        good.replacen('{', &format!("{{{member},"), 1),
        format!("{{\"more\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("{{\"more\":[{}1]}}", "1,".repeat(100_000)),
        format!("{{\"more\":1e{}}}", "9".repeat(600)),
    ];
    let mut all: Vec<_> = texts.into_iter().map(String::into_bytes).collect();
    all.push(b"\xff\xfe{}".to_vec());
    all.push(good.replace("\":\"", "\":\"\u{1}").into_bytes());
    // Not UTF-8 inside of a text.
    let mut bytes = good.into_bytes();
    let at = bytes.iter().rposition(u8::is_ascii_alphanumeric).unwrap();
    bytes[at] = 0xff;
    all.push(bytes);
    all
}

#[tokio::test]
async fn malformed_bytes_are_refused_and_use_nothing_up() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    for (path, login, good) in doors(&bench, &app).await {
        for body in malformed(&good) {
            let shown = String::from_utf8_lossy(&body).chars().take(80).collect::<String>();
            let answer = bench.send(raw(login.as_ref(), path, body)).await;
            assert_eq!(answer.status, 400, "{path}: {shown}");
            answer.refused(400, "invalid_request");
        }
        let answer = bench.send(post(login.as_ref(), path, &good)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn every_member_of_another_type_is_refused_and_uses_nothing_up() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    for (path, login, good) in doors(&bench, &app).await {
        for name in good.as_object().unwrap().keys() {
            for value in [
                json!(null),
                json!(7),
                json!(true),
                json!({}),
                json!([]),
                json!([[]]),
                json!(""),
            ] {
                let mut body = good.clone();
                body[name] = value;
                let answer = bench.send(post(login.as_ref(), path, &body)).await;
                assert!(
                    answer.refused(400, "invalid_request").contains(name.as_str()),
                    "{path} {body}"
                );
            }
        }
        let answer = bench.send(post(login.as_ref(), path, &good)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
    }
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
    for ((path, login, mut good), content_type) in doors(&bench, &app).await.into_iter().zip(types.into_iter().cycle())
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
async fn a_body_over_a_mebibyte_is_too_large_everywhere() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let mut doors = doors(&bench, &app).await;
    let agent = bench.agent(&app, "task", &["read:data:x"]).await;
    doors.push(("/v1/token/renew", Some(agent.login()), json!({})));
    for (path, login, good) in doors {
        let answer = bench.send(raw(login.as_ref(), path, vec![b' '; 1_048_577])).await;
        answer.refused(413, "payload_too_large");
        let mut padded = good.to_string().into_bytes();
        padded.resize(1_048_576, b' ');
        let answer = bench.send(raw(login.as_ref(), path, padded)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_release_that_is_refused_for_its_body_has_released_nothing() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let agent = bench.agent(&app, "task", &["read:data:x"]).await;
    let login = agent.login();
    let large = raw(Some(&login), "/v1/token/release", vec![b' '; 1_048_577]);
    bench.send(large).await.refused(413, "payload_too_large");
    assert!(bench.counts(&agent.token).await);
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
    for name in ["", "a b", "a/b", "..", &"a".repeat(200), "a\n"] {
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
    let answer = bench.send(request("GET", Some(&operator), "/v1/admin/apps/%ff")).await;
    assert!(answer.status.is_client_error(), "{}", answer.text());
    let same = json!({"name": "same", "scopes": ["read:data:x"]});
    assert_eq!(bench.post(&operator, "/v1/admin/apps", &same).await.status, 201);
    bench
        .post(&operator, "/v1/admin/apps", &same)
        .await
        .refused(409, "conflict");
}
