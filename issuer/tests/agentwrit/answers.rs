//! Answers of success: exactly the expected members, and headers on every answer.

use crate::support::agentwrit::{bearer, delegation, members, registration, renewal, request};
use crate::support::{Answer, Bench, Login, NOON, at_once, claims, post};
use axum::http::HeaderValue;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const ADMIN: [&str; 3] = ["admin:launch-tokens:*", "admin:revoke:*", "admin:audit:*"];
const APP: [&str; 3] = ["app:launch-tokens:*", "app:agents:*", "app:audit:read"];

fn has(answer: &Answer, status: u16, names: &[&str]) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/json");
    let body = answer.json();
    assert_eq!(members(&body), names, "{body}");
    body
}

fn is_hex(text: &Value, length: usize) -> bool {
    let text = text.as_str().unwrap();
    text.len() == length
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[tokio::test]
async fn a_challenge_is_a_nonce_for_half_a_minute() {
    let bench = Bench::operated().await;
    let body = has(&bench.get("/v1/challenge").await, 200, &["expires_in", "nonce"]);
    assert_eq!(body["expires_in"], 30);
    assert!(is_hex(&body["nonce"], 64), "{body}");
    assert_ne!(bench.nonce().await, bench.nonce().await);
}

#[tokio::test]
async fn health_tells_version_uptime_and_how_many_events_there_are() {
    let bench = Bench::operated().await;
    let before = bench.get("/v1/health").await.json();
    bench.operator().await;
    bench.pass(7);
    let names = ["audit_events_count", "db_connected", "status", "uptime", "version"];
    let health = has(&bench.get("/v1/health").await, 200, &names);
    assert_eq!(
        (&health["status"], &health["db_connected"]),
        (&json!("ok"), &json!(true))
    );
    assert_eq!(health["uptime"], 7);
    assert!(health["version"].is_string());
    let count = |health: &Value| health["audit_events_count"].as_u64().unwrap();
    assert_eq!(count(&health), count(&before) + 1, "the operator came in");
    let head = bench.send(request("HEAD", None, "/v1/health")).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
}

#[tokio::test]
async fn the_operator_gets_a_session_of_five_minutes() {
    let bench = Bench::operated().await;
    let Login(login) = bench.operator().await;
    let token = login.strip_prefix("Bearer ").unwrap();
    let claims = bench.validated(token).await.unwrap();
    let names = ["aud", "exp", "iat", "iss", "jti", "nbf", "scope", "sub"];
    assert_eq!(members(&claims), names);
    assert_eq!((&claims["sub"], &claims["scope"]), (&json!("admin"), &json!(ADMIN)));
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(NOON), &json!(NOON + 300)));
    bench.pass(299);
    assert!(bench.is_valid(token).await);
    bench.pass(1);
    assert!(!bench.is_valid(token).await);
}

#[tokio::test]
async fn an_app_is_registered_read_changed_and_deregistered() {
    let bench = Bench::operated().await;
    let operator = bench.operator().await;
    let ask = json!({"name": "shop", "scopes": ["write:data:x", "read:data:*"], "token_ttl": 900});
    let answer = bench.post(&operator, "/v1/admin/apps", &ask).await;
    let names = [
        "app_id",
        "client_id",
        "client_secret",
        "name",
        "scopes",
        "status",
        "token_ttl",
    ];
    let added = has(&answer, 201, &names);
    assert_eq!(
        (&added["name"], &added["scopes"]),
        (&ask["name"], &ask["scopes"]),
        "in order"
    );
    assert_eq!((&added["token_ttl"], &added["status"]), (&json!(900), &json!("active")));

    let names = [
        "app_id",
        "client_id",
        "created_at",
        "name",
        "scopes",
        "status",
        "token_ttl",
        "updated_at",
    ];
    let path = format!("/v1/admin/apps/{}", added["app_id"].as_str().unwrap());
    let shown = has(&bench.send(request("GET", Some(&operator), &path)).await, 200, &names);
    assert_eq!(
        (&shown["scopes"], &shown["created_at"]),
        (&ask["scopes"], &json!("2026-05-10T12:00:00Z"))
    );
    let list = has(
        &bench.send(request("GET", Some(&operator), "/v1/admin/apps")).await,
        200,
        &["apps", "total"],
    );
    assert_eq!(list, json!({"apps": [shown], "total": 1}));

    bench.pass(60);
    let change = json!({"scopes": ["read:data:x"], "token_ttl": 60});
    let mut put = post(Some(&operator), &path, &change);
    *put.method_mut() = axum::http::Method::PUT;
    let changed = has(&bench.send(put).await, 200, &names);
    assert_eq!(
        (&changed["scopes"], &changed["token_ttl"]),
        (&json!(["read:data:x"]), &json!(60))
    );
    assert_eq!(changed["updated_at"], "2026-05-10T12:01:00Z");

    let ended = bench.send(request("DELETE", Some(&operator), &path)).await;
    let ended = has(&ended, 200, &["app_id", "deregistered_at", "status"]);
    assert_eq!(
        (&ended["app_id"], &ended["status"]),
        (&added["app_id"], &json!("inactive"))
    );
    assert_eq!(ended["deregistered_at"], "2026-05-10T12:01:00Z");
    let shown = bench.send(request("GET", Some(&operator), &path)).await.json();
    assert_eq!(shown["status"], "inactive");
}

#[tokio::test]
async fn an_app_authenticates_and_gets_a_session() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let show = json!({"client_id": app.id, "client_secret": app.secret});
    let names = ["access_token", "expires_in", "scopes", "token_type"];
    let body = has(&bench.say("/v1/app/auth", &show).await, 200, &names);
    assert_eq!(
        (&body["expires_in"], &body["token_type"]),
        (&json!(1_800), &json!("Bearer"))
    );
    assert_eq!(body["scopes"], json!(APP));
    let claims = bench.validated(body["access_token"].as_str().unwrap()).await.unwrap();
    assert_eq!(
        (&claims["sub"], &claims["scope"]),
        (&json!(format!("app:{}", app.id)), &json!(APP))
    );
}

#[tokio::test]
async fn the_answer_of_a_launch_token_has_its_expiry_and_its_scopes() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let ask = json!({"agent_name": "orch/task", "allowed_scope": ["read:data:x"]});
    let names = ["expires_at", "launch_token", "policy"];
    for (login, path) in [
        (&app.session, "/v1/app/launch-tokens"),
        (&bench.operator().await, "/v1/admin/launch-tokens"),
    ] {
        let body = has(&bench.post(login, path, &ask).await, 201, &names);
        assert!(is_hex(&body["launch_token"], 64), "{body}");
        assert_eq!(body["expires_at"], "2026-05-10T12:00:30Z");
        assert_eq!(
            body["policy"],
            json!({"allowed_scope": ["read:data:x"], "max_ttl": 300})
        );
    }
}

#[tokio::test]
async fn a_registered_agent_has_an_id_and_a_writ_that_says_so() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let scope = ["read:data:b", "read:data:a", "read:data:b"];
    let launch_token = bench.launch(&app, &scope).await;
    let ask = registration(&launch_token, &bench.nonce().await, &scope);
    let names = ["access_token", "agent_id", "expires_in"];
    let body = has(&bench.say("/v1/register", &ask).await, 200, &names);
    assert_eq!(body["expires_in"], 300);
    let id = body["agent_id"].as_str().unwrap();
    let instance = id.strip_prefix("spiffe://issuer.example/agent/orch/task/").unwrap();
    assert!(is_hex(&json!(instance), 16), "{id}");

    let said = bench.validated(body["access_token"].as_str().unwrap()).await.unwrap();
    let names = [
        "aud",
        "client_id",
        "exp",
        "iat",
        "iss",
        "jti",
        "nbf",
        "orch_id",
        "scope",
        "sub",
        "task_id",
    ];
    assert_eq!(members(&said), names);
    assert_eq!((&said["sub"], &said["aud"]), (&body["agent_id"], &json!(["agentwrit"])));
    assert_eq!((&said["orch_id"], &said["task_id"]), (&json!("orch"), &json!("task")));
    assert_eq!(said["scope"], json!(scope), "order and duplicates stay");
}

#[tokio::test]
async fn a_renewed_writ_keeps_everything_but_its_id_and_its_time() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let agent = bench.agent_for(&app, "task", &["read:data:x"], 120).await;
    let before = bench.validated(&agent.token).await.unwrap();
    bench.pass(50);
    let body = has(
        &bench.send(renewal(&agent.token)).await,
        200,
        &["access_token", "expires_in"],
    );
    assert_eq!(body["expires_in"], 120);
    let after = bench.validated(body["access_token"].as_str().unwrap()).await.unwrap();
    for name in ["iss", "sub", "aud", "client_id", "scope", "task_id", "orch_id"] {
        assert_eq!(after[name], before[name], "{name}");
    }
    assert_ne!(after["jti"], before["jti"]);
    assert_eq!((&after["iat"], &after["exp"]), (&json!(NOON + 50), &json!(NOON + 170)));
}

#[tokio::test]
async fn what_was_passed_on_has_its_chain() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let (one, other) = (
        bench.agent(&app, "t1", &["read:data:*"]).await,
        bench.agent(&app, "t2", &["read:data:y"]).await,
    );
    let scope = ["read:data:b", "read:data:a"];
    let answer = bench.send(delegation(&one.token, &other.id, &scope)).await;
    let body = has(&answer, 200, &["access_token", "delegation_chain", "expires_in"]);
    assert_eq!(body["expires_in"], 60);
    let record = &body["delegation_chain"][0];
    assert_eq!(members(record), ["agent", "delegated_at", "scope", "signature"]);
    assert_eq!((&record["agent"], &record["scope"]), (&json!(one.id), &json!(scope)));
    assert_eq!(record["delegated_at"], "2026-05-10T12:00:00Z");
    assert!(is_hex(&record["signature"], 128), "{record}");

    let answer = bench
        .say("/v1/token/validate", &json!({"token": body["access_token"]}))
        .await;
    let said = &answer.json()["claims"];
    assert_eq!(
        (&said["sub"], &said["delegation_chain"]),
        (&json!(other.id), &body["delegation_chain"])
    );
    // A client that has the answer can check the hash: it is of the text of the chain in the
    // answer.
    let text = answer.text();
    let (_, chain) = text.split_once(r#""delegation_chain":"#).unwrap();
    let (chain, _) = chain.split_once("}]").unwrap();
    let chain = format!("{chain}}}]");
    let hash: [u8; 32] = Sha256::digest(chain).into();
    assert_eq!(said["chain_hash"], edgewrit_issuer::id::hex(&hash));
}

#[tokio::test]
async fn a_revocation_says_what_was_revoked() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let agent = bench.agent(&app, "task", &["read:data:x"]).await;
    let jti = claims(&agent.token)["jti"].as_str().unwrap().to_owned();
    for (level, target) in [
        ("chain", &*jti),
        ("token", &*jti),
        ("agent", &*agent.id),
        ("task", "task"),
    ] {
        let body = has(
            &bench.revoke(level, target).await,
            200,
            &["count", "level", "revoked", "target"],
        );
        assert_eq!((&body["revoked"], &body["level"]), (&json!(true), &json!(level)));
        assert_eq!(body["target"], target);
        assert!(body["count"].is_u64(), "{body}");
    }
}

/// One request to every endpoint, most of which are refused.
fn all(login: &Login) -> Vec<axum::http::Request<axum::body::Body>> {
    let get = |path| request("GET", Some(login), path);
    let send = |path| post(Some(login), path, &json!({}));
    let mut all = vec![
        get("/v1/challenge"),
        get("/v1/health"),
        get("/v1/admin/apps"),
        get("/v1/admin/apps/none"),
        get("/v1/audit/events"),
        request("PUT", Some(login), "/v1/admin/apps/none"),
        request("DELETE", Some(login), "/v1/admin/apps/none"),
        // There is nothing, or nothing of that kind.
        get("/v1/register"),
        request("DELETE", Some(login), "/v1/challenge"),
    ];
    all.extend(
        [
            "/v1/register",
            "/v1/admin/auth",
            "/v1/app/auth",
            "/v1/admin/apps",
            "/v1/admin/launch-tokens",
            "/v1/app/launch-tokens",
            "/v1/token/validate",
            "/v1/token/renew",
            "/v1/token/release",
            "/v1/delegate",
            "/v1/revoke",
        ]
        .map(send),
    );
    all
}

#[tokio::test]
async fn every_response_has_its_headers_and_the_callers_request_id() {
    let bench = Bench::operated().await;
    let operator = bench.operator().await;
    for login in [operator, bearer("none")] {
        for (mut request, number) in all(&login).into_iter().zip(0..) {
            let name = format!("caller-{number}");
            let what = format!("{} {}", request.method(), request.uri());
            request
                .headers_mut()
                .insert("x-request-id", HeaderValue::from_str(&name).unwrap());
            let answer = bench.send(request).await;
            assert_eq!(answer.header("x-request-id"), name, "{what}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
            assert_eq!(answer.header("cache-control"), "no-store", "{what}");
            assert_eq!(answer.header("x-frame-options"), "DENY", "{what}");
            if !answer.status.is_success() {
                assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
                let code = answer.json()["error_code"].as_str().unwrap().to_owned();
                answer.refused(answer.status.as_u16(), &code);
            }
        }
    }
}

#[tokio::test]
async fn a_request_id_that_is_none_is_replaced() {
    let bench = Bench::operated().await;
    let named = |name: &[u8]| {
        let mut request = request("GET", None, "/v1/health");
        let name = HeaderValue::from_bytes(name).unwrap();
        request.headers_mut().insert("x-request-id", name);
        bench.send(request)
    };
    let longest = [b'x'; 128];
    assert_eq!(named(&longest).await.headers["x-request-id"].as_bytes(), longest);
    for name in [&[b'x'; 129][..], b"", b"a b", b"a\tb", b"\xc3\xa4"] {
        let given = named(name).await.headers["x-request-id"].clone();
        assert_ne!(given.as_bytes(), name);
        assert!(!given.is_empty());
    }
}

#[tokio::test]
async fn a_thousand_challenges_at_once_are_all_different() {
    let bench = Bench::operated().await;
    let requests = (0..1_000).map(|_| request("GET", None, "/v1/challenge"));
    let answers = at_once(&bench.app, requests.collect()).await;
    let nonces: std::collections::BTreeSet<_> = answers.iter().map(|answer| answer.granted("nonce")).collect();
    assert_eq!(nonces.len(), 1_000);
}
