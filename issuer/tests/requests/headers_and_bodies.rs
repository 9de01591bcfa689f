//! Requests that are not what they should be, whatever they ask for.

use crate::support::agentwrit::operated;
use crate::support::{Bench, Login, TRAVEL, post, send, travel_task};
use crate::tasks::starting::travel;
use axum::body::{Body, Bytes};
use axum::http::Request;
use http_body_util::{BodyExt as _, Full};
use serde_json::json;
use std::future::pending;
use std::time::Duration;

#[tokio::test]
async fn a_type_is_known_however_it_is_spelled() {
    let (bench, client) = travel().await;
    let mut request = post(Some(&client), "/v1/tasks", &travel_task("t"));
    let spelled = "Application/JSON; charset=utf-8".parse().unwrap();
    request.headers_mut().insert("content-type", spelled);
    bench.send(request).await.tokens();
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let (bench, client) = travel().await;
    for path in [
        "/",
        "/v1",
        "/v1/tasks/",
        "/v2/tasks",
        "/V1/tasks",
        "//v1/tasks",
        "/v1/tasks/a%2fb/c",
    ] {
        bench.get(path).await.problem(404, "not_found");
    }
    // What could be of the AgentWrit API is told so in its words, with its headers.
    for path in [
        "/v1/nowhere",
        "/v1/token",
        "/v1/token/validate/",
        "/v1/admin/apps/a/b",
        "/v1/metrics",
    ] {
        let answer = bench.get(path).await;
        answer.refused(404, "not_found");
        assert_eq!(answer.header("x-frame-options"), "DENY");
    }
    for path in [
        "/v1/tasks",
        "/v1/tasks/t/complete",
        "/v1/uses",
        "/v1/edges/boot",
        "/oauth/token",
    ] {
        let answer = bench.get(path).await;
        answer.problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), "POST");
    }
    bench
        .post(&client, "/v1/bundle", &json!({}))
        .await
        .problem(405, "method_not_allowed");
    bench
        .post(&client, "/v1/tasks/%ff/complete", &json!({}))
        .await
        .problem(404, "not_found");
    bench
        .post(&client, "/v1/tasks/a%20b/complete", &json!({}))
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn an_endpoint_without_a_body_takes_none() {
    let (bench, client) = travel().await;
    bench.post(&client, "/v1/tasks", &travel_task("t")).await.tokens();
    let path = "/v1/tasks/t/complete";
    bench
        .post(&client, path, &json!({"more": 1}))
        .await
        .problem(422, "invalid_request");
    bench
        .post(&client, path, &json!([]))
        .await
        .problem(422, "invalid_request");
    let empty = Request::post(path)
        .header("authorization", &client.0)
        .body(Body::empty())
        .unwrap();
    assert_eq!(bench.send(empty).await.status, 200);
}

#[tokio::test]
async fn every_response_has_a_request_id_and_headers_against_caches_and_sniffers() {
    let (bench, client) = travel().await;
    for answer in [
        bench.get("/nowhere").await,
        bench.post(&client, "/v1/tasks", &travel_task("t")).await,
        bench.post(&Login(String::new()), "/v1/tasks", &travel_task("t")).await,
    ] {
        assert_eq!(
            (answer.header("cache-control"), answer.header("x-content-type-options")),
            ("no-store", "nosniff")
        );
        assert!(!answer.header("x-request-id").is_empty());
    }
}

#[tokio::test]
async fn a_valid_request_id_of_the_client_is_kept() {
    let (bench, _) = travel().await;
    let named = |name: &[u8]| {
        let name = axum::http::HeaderValue::from_bytes(name).unwrap();
        bench.send(
            Request::get("/healthz")
                .header("x-request-id", name)
                .body(Body::empty())
                .unwrap(),
        )
    };
    assert_eq!(named(b"caller-1").await.header("x-request-id"), "caller-1");
    for name in [b"".as_slice(), b"a b", b"\xe4", &[b'x'; 129]] {
        let given = named(name).await;
        assert_ne!(given.headers["x-request-id"].as_bytes(), name);
        assert!(given.header("x-request-id").ends_with(|c: char| c.is_ascii_digit()));
    }
}

#[tokio::test]
async fn a_request_with_two_authorization_headers_is_unauthenticated() {
    let (bench, client) = travel().await;
    let mut request = post(Some(&client), "/v1/tasks", &travel_task("t"));
    request.headers_mut().append("authorization", client.0.parse().unwrap());
    bench.send(request).await.problem(401, "unauthorized");
}

#[tokio::test]
async fn ten_thousand_grants_are_refused_soon() {
    let (bench, client) = travel().await;
    let scopes = vec!["read:data:x"; 10_000];
    let task = json!({"task_id": "t", "orch_id": "o", "audiences": {TRAVEL: {"scope": scopes}}});
    let answer = tokio::time::timeout(Duration::from_secs(10), bench.post(&client, "/v1/tasks", &task))
        .await
        .unwrap();
    assert_eq!(answer.problem(422, "invalid_request").len(), 1);
}

#[tokio::test]
async fn behind_a_proxy_that_encrypts_clients_are_told_to_stay_with_it() {
    let mut config = operated();
    for encrypted in [false, true] {
        config.behind_tls_proxy = encrypted;
        let bench = Bench::with(config.clone()).await;
        for path in ["/v1/health", "/v1/nowhere", "/healthz", "/nowhere"] {
            let told = bench.get(path).await.header("strict-transport-security") == "max-age=31536000";
            assert_eq!(told, encrypted, "{path}");
        }
    }
}

/// A body that has sent so many bytes, and goes on.
fn unfinished(bytes: usize) -> Body {
    let sent = Full::new(Bytes::from(vec![b' '; bytes])).map_err(|never| match never {});
    Body::new(sent.with_trailers(pending()))
}

#[tokio::test]
async fn large_unauthenticated_bodies_share_one_budget() {
    let bench = Bench::operated().await;
    let send = |body: Body| {
        let (app, request) = (
            bench.app.clone(),
            Request::post("/v1/token/validate").body(body).unwrap(),
        );
        async move { send(&app, request).await }
    };
    let waiting: Vec<_> = (0..64).map(|_| tokio::spawn(send(unfinished(1024 * 1024)))).collect();
    let large = || Body::from(vec![b' '; 17 * 1024]);
    for _ in 0..10_000 {
        if send(large()).await.status == 503 {
            break;
        }
    }
    send(large()).await.refused(503, "unavailable");
    send(Body::from("{}")).await.refused(400, "invalid_request");
    // Those who are known have room all the same.
    let operator = bench.operator().await;
    let mut known = post(Some(&operator), "/v1/revoke", &json!({}));
    *known.body_mut() = large();
    bench.send(known).await.refused(400, "invalid_request");
    tokio::time::pause();
    for one in waiting {
        one.await.unwrap().refused(400, "invalid_request");
    }
    send(large()).await.refused(400, "invalid_request");
}
