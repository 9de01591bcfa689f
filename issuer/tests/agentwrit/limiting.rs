//! Limits of failed logins, and the source of a request.

use crate::support::agentwrit::{App, SECRET, operated};
use crate::support::{Answer, Bench, post};
use axum::body::Body;
use axum::http::Request;
use edgewrit_issuer::Peer;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// A request of the peer at `address`, of which proxies say that it is `forwarded`.
fn from(address: &str, forwarded: Option<&str>, path: &str, body: &Value) -> Request<Body> {
    let mut request = post(None, path, body);
    let address: SocketAddr = format!("{address}:4000").parse().unwrap();
    request.extensions_mut().insert(Peer::at(address));
    if let Some(forwarded) = forwarded {
        request
            .headers_mut()
            .insert("x-forwarded-for", forwarded.parse().unwrap());
    }
    request
}

fn operator(address: &str, forwarded: Option<&str>, secret: &str) -> Request<Body> {
    from(address, forwarded, "/v1/admin/auth", &json!({"secret": secret}))
}

fn client(address: &str, app: &App, secret: &str) -> Request<Body> {
    let show = json!({"client_id": app.id, "client_secret": secret});
    from(address, None, "/v1/app/auth", &show)
}

/// That there were too many, and in how many seconds there is room.
fn too_many(answer: &Answer) -> u64 {
    answer.refused(429, "rate_limited");
    answer.header("retry-after").parse().unwrap()
}

const HOME: &str = "192.0.2.1";
const AWAY: &str = "198.51.100.7";

#[tokio::test]
async fn the_operators_secret_is_tried_ten_times_at_once_and_five_times_a_second() {
    let bench = Bench::operated().await;
    for _ in 0..10 {
        bench
            .send(operator(HOME, None, "a wrong secret"))
            .await
            .refused(401, "unauthorized");
    }
    // The right one as well: a client that guesses must not learn that it was right.
    let wait = too_many(&bench.send(operator(HOME, None, SECRET)).await);
    assert_eq!(wait, 1);
    assert_eq!(
        bench.send(operator(AWAY, None, SECRET)).await.status,
        200,
        "another address"
    );
    bench.pass(wait);
    for _ in 0..5 {
        assert_eq!(bench.send(operator(HOME, None, SECRET)).await.status, 200);
    }
    too_many(&bench.send(operator(HOME, None, SECRET)).await);
}

#[tokio::test]
async fn an_app_authenticates_as_often_as_it_likes() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    for _ in 0..50 {
        assert_eq!(bench.send(client(HOME, &app, &app.secret)).await.status, 200);
    }
}

#[tokio::test]
async fn failures_of_another_source_do_not_lock_a_client_out() {
    let bench = Bench::operated().await;
    let (app, other) = (
        bench.register_app(&["read:data:*"]).await,
        bench.register_app(&["read:data:*"]).await,
    );
    for _ in 0..10 {
        bench
            .send(client(AWAY, &app, "wrong"))
            .await
            .refused(401, "unauthorized");
    }
    for _ in 0..100 {
        assert!(too_many(&bench.send(client(AWAY, &app, "wrong")).await) >= 1);
    }
    assert_eq!(bench.send(client(HOME, &app, &app.secret)).await.status, 200);
    assert_eq!(bench.send(client(AWAY, &other, &other.secret)).await.status, 200);
    bench.pass(1);
    assert_eq!(bench.send(client(AWAY, &app, &app.secret)).await.status, 200);
}

#[tokio::test]
async fn how_many_failures_are_answered_is_the_operators_choice() {
    let mut config = operated();
    config.client_failures = 2;
    let bench = Bench::with(config).await;
    let app = bench.register_app(&["read:data:*"]).await;
    for _ in 0..2 {
        bench
            .send(client(HOME, &app, "wrong"))
            .await
            .refused(401, "unauthorized");
    }
    too_many(&bench.send(client(HOME, &app, &app.secret)).await);
}

#[tokio::test]
async fn x_forwarded_for_is_trusted_from_configured_proxies_only() {
    let bench = Bench::operated().await;
    for number in 0..10 {
        let forwarded = format!("203.0.113.{number}");
        bench
            .send(operator(HOME, Some(&forwarded), "a wrong secret"))
            .await
            .refused(401, "unauthorized");
    }
    too_many(&bench.send(operator(HOME, Some("203.0.113.99"), SECRET)).await);
    let events = bench.events("event_type=admin_auth_failed").await;
    for event in events["events"].as_array().unwrap() {
        assert!(event["detail"].as_str().unwrap().contains(HOME), "{event}");
    }
}

#[tokio::test]
async fn behind_a_configured_proxy_each_address_is_counted_for_itself() {
    let mut config = operated();
    config.trusted_proxies = vec!["192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap()];
    let bench = Bench::with(config).await;
    // The address that a client itself writes is before the one that the proxy adds, and is not
    // trusted.
    for number in 0..10 {
        let forwarded = format!("203.0.113.{number}, 198.51.100.7, 192.0.2.2");
        bench
            .send(operator(HOME, Some(&forwarded), "a wrong secret"))
            .await
            .refused(401, "unauthorized");
    }
    too_many(&bench.send(operator(HOME, Some("198.51.100.7"), SECRET)).await);
    assert_eq!(
        bench.send(operator(HOME, Some("198.51.100.8"), SECRET)).await.status,
        200
    );
    let events = bench.events("event_type=admin_auth_failed&limit=1").await;
    assert!(
        events["events"][0]["detail"].as_str().unwrap().contains(AWAY),
        "{events}"
    );
}

#[tokio::test]
async fn an_event_of_an_unauthenticated_request_has_no_text_of_the_client() {
    let bench = Bench::operated().await;
    let raw = "evil\"}],x";
    let show = json!({"client_id": raw, "client_secret": "wrong"});
    bench.say("/v1/app/auth", &show).await.refused(401, "unauthorized");
    let events = bench.events("event_type=app_auth_failed").await;
    assert!(!events.to_string().contains("evil"), "{events}");
}

#[tokio::test]
async fn without_a_secret_the_operator_cannot_authenticate() {
    let bench = Bench::new().await;
    for secret in [SECRET, "0", &"0".repeat(64)] {
        bench
            .say("/v1/admin/auth", &json!({"secret": secret}))
            .await
            .refused(401, "unauthorized");
    }
    bench
        .say("/v1/admin/auth", &json!({"secret": ""}))
        .await
        .refused(400, "invalid_request");
}
