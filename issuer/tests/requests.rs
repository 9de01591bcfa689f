//! Requests that are not what they should be, whatever they ask for.

use crate::support::{Bench, Login, TRAVEL, post, travel_task};
use crate::tasks::travel;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Frame;
use serde_json::json;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// Where JSON goes in, and who sends it.
async fn doors(bench: &Bench, client: &Login) -> Vec<(&'static str, Login)> {
    let edge = bench.edge(TRAVEL).await;
    vec![("/v1/tasks", client.clone()), ("/v1/uses", edge)]
}

fn raw(login: &Login, path: &str, content_type: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post(path)
        .header("authorization", &login.0)
        .header("content-type", content_type);
    request.body(body.into()).unwrap()
}

#[tokio::test]
async fn what_is_not_json_is_refused() {
    let (bench, client) = travel().await;
    for (path, login) in doors(&bench, &client).await {
        let bodies: [&[u8]; 9] = [
            b"",
            b"{",
            b"{}x",
            b"\xff\xfe",
            b"\"\xff\"",
            b"{'a':1}",
            b"{\"a\":1,\"a\":1}",
            b"[01]",
            b"NaN",
        ];
        for body in bodies {
            let answer = bench.send(raw(&login, path, "application/json", body.to_vec())).await;
            answer.problem(400, "malformed_json");
        }
        let deep = "[".repeat(100_000);
        bench
            .send(raw(&login, path, "application/json", deep))
            .await
            .problem(400, "malformed_json");
        let many = format!("[{}1]", "1,".repeat(100_000));
        bench
            .send(raw(&login, path, "application/json", many))
            .await
            .problem(400, "malformed_json");
    }
}

#[tokio::test]
async fn json_of_another_shape_is_refused() {
    let (bench, client) = travel().await;
    for (path, login) in doors(&bench, &client).await {
        for body in ["null", "[]", "7", "\"x\"", "true", "{}", "{\"more\":1}"] {
            let answer = bench.send(raw(&login, path, "application/json", body)).await;
            assert!(!answer.problem(422, "invalid_request").is_empty());
        }
    }
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    let (bench, client) = travel().await;
    for (path, login) in doors(&bench, &client).await {
        for content_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "",
            "application/jsonx",
        ] {
            bench
                .send(raw(&login, path, content_type, "{}"))
                .await
                .problem(415, "content_type");
        }
        let spelled = bench
            .send(raw(&login, path, "Application/JSON; charset=utf-8", "{}"))
            .await;
        spelled.problem(422, "invalid_request");
    }
}

#[tokio::test]
async fn a_body_over_a_mebibyte_is_refused_announced_or_not() {
    let (bench, client) = travel().await;
    for (path, login) in doors(&bench, &client).await {
        let large = vec![b' '; 1024 * 1024 + 1];
        bench
            .send(raw(&login, path, "application/json", large.clone()))
            .await
            .problem(413, "body_too_large");
        let streamed = Body::new(Full::new(Bytes::from(large)).map_frame(|frame| frame));
        assert_eq!(streamed.size_hint().exact(), None);
        bench
            .send(raw(&login, path, "application/json", streamed))
            .await
            .problem(413, "body_too_large");
    }
}

/// A body of which nothing ever arrives.
struct Never;

impl HttpBody for Never {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    let (bench, client) = travel().await;
    let doors = doors(&bench, &client).await;
    tokio::time::pause();
    for (path, login) in doors {
        bench
            .send(raw(&login, path, "application/json", Body::new(Never)))
            .await
            .problem(408, "request_timeout");
    }
}

#[tokio::test]
async fn what_is_not_there_and_what_is_not_so_are_problems_too() {
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
async fn every_response_is_named_and_kept_from_caches_and_sniffers() {
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
async fn a_request_keeps_its_name_if_that_is_one() {
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
async fn a_request_with_two_logins_has_none() {
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
