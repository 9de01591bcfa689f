//! A client that drops its request half way: what the request began is done to its end, and the
//! memory holds what the database holds.

use crate::support::agentwrit::{App, operated, request};
use crate::support::{Bench, Login, TRAVEL, post, send, travel_ceiling};
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::time::sleep;

/// Until every edge has heard of the next key.
const KNOWN: u64 = 65;
/// The number of times that the test looks for a change, and the rest between them.
const LOOKS: usize = 2_000;
const REST: Duration = Duration::from_millis(5);

struct DroppedScene {
    bench: Bench,
    client: Login,
    edge: Login,
    operator: Login,
    app: App,
}

impl DroppedScene {
    async fn new() -> Self {
        let bench = Bench::with(operated()).await;
        let (client, edge) = (bench.client(travel_ceiling()).await, bench.edge(TRAVEL).await);
        let (operator, app) = (bench.operator().await, bench.register_app(&["read:data:*"]).await);
        bench.pass(KNOWN);
        Self {
            bench,
            client,
            edge,
            operator,
            app,
        }
    }

    async fn keys(&self) -> Value {
        self.bench.admin_post("/keys", &json!({})).await.json()
    }

    async fn key(&self, state: &str) -> Value {
        let keys = self.keys().await["keys"].clone();
        let mut keys = keys.as_array().unwrap().iter();
        let key = keys.find(|key| key["job"] == "writ" && key["state"] == state);
        key.unwrap()["kid"].clone()
    }

    /// The state of the memory, as far as answers show it.
    async fn memory(&self) -> Value {
        let (bench, empty) = (&self.bench, json!({}));
        let apps = request("GET", Some(&self.operator), "/v1/admin/apps");
        let task = request("GET", Some(&self.client), "/v1/tasks/none");
        let added = json!({"edge": "added", "overlap": 0});
        json!({
            "clients": bench.admin_post("/clients/list", &empty).await.json(),
            "apps": bench.send(apps).await.json(),
            "keys": self.keys().await,
            "client": bench.send(task).await.status.as_u16(),
            "edge": bench.post(&self.edge, "/v1/records", &empty).await.status.as_u16(),
            "added edge": bench.admin_post("/edges/rotate", &added).await.status.as_u16(),
        })
    }

    /// The memory once it is not `before` any more.
    async fn changed(&self, before: &Value, what: &str) -> Value {
        for _ in 0..LOOKS {
            if self.memory().await != *before {
                // The first look may have begun before the change, which is one step.
                return self.memory().await;
            }
            sleep(REST).await;
        }
        panic!("{what}: nothing changed in memory");
    }

    /// The same data directory opened again, once the last task has ended that uses it.
    async fn reopened(self) -> Self {
        let data = Arc::downgrade(&self.bench.data);
        let closed = self.bench.closed();
        for _ in 0..LOOKS {
            if data.strong_count() == 0 {
                break;
            }
            sleep(REST).await;
        }
        Self {
            bench: closed.opened().await,
            ..self
        }
    }
}

/// Polls `future` until it has waited `waits` times, and drops it then. Whether it was dropped
/// before its end.
async fn drop_after(waits: usize, future: impl Future) -> bool {
    let (mut future, mut left) = (Box::pin(future), waits);
    let dropped = poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(false),
        Poll::Pending => {
            left -= 1;
            if left == 0 { Poll::Ready(true) } else { Poll::Pending }
        }
    });
    dropped.await
}

fn with_method(method: Method, mut request: Request<Body>) -> Request<Body> {
    *request.method_mut() = method;
    request
}

/// Every request that changes both the database and the memory, by its name. True for what the
/// operator sends to the socket.
async fn changes(scene: &DroppedScene) -> Vec<(&'static str, bool, Request<Body>)> {
    let (client_id, edge_id) = (scene.client.parts().0, scene.edge.parts().0);
    let app = format!("/v1/admin/apps/{}", scene.app.id);
    let upstreams = ["https://api.travel.example"];
    let admin = |path, body: &Value| post(None, path, body);
    let of_apps = |path: &str, body: &Value| post(Some(&scene.operator), path, body);
    let rotate_client = json!({"client_id": client_id, "overlap": 0});
    let add_client = json!({"name": "added", "ceiling": travel_ceiling()});
    let add_edge = json!({"name": "added", "audience": TRAVEL, "upstreams": upstreams});
    let drop_key = async |state| admin("/keys/drop", &json!({"kid": scene.key(state).await}));
    let add_app = json!({"name": "added", "scopes": ["read:data:x"]});
    vec![
        ("client add", true, admin("/clients", &add_client)),
        ("client rotate", true, admin("/clients/rotate", &rotate_client)),
        (
            "client end",
            true,
            admin("/clients/end", &json!({"client_id": client_id})),
        ),
        ("edge add", true, admin("/edges", &add_edge)),
        (
            "edge rotate",
            true,
            admin("/edges/rotate", &json!({"edge": edge_id, "overlap": 0})),
        ),
        ("key rotate", true, admin("/keys/rotate", &json!({"job": "writ"}))),
        ("key drop, current", true, drop_key("current").await),
        ("key drop, next", true, drop_key("next").await),
        ("app add", false, of_apps("/v1/admin/apps", &add_app)),
        (
            "app update",
            false,
            with_method(Method::PUT, of_apps(&app, &json!({"token_ttl": 60}))),
        ),
        ("app end", false, with_method(Method::DELETE, of_apps(&app, &json!({})))),
    ]
}

/// Drops each change after it has waited `waits` times. How many were dropped before their end.
async fn drop_each(waits: usize) -> usize {
    let mut dropped = 0;
    for index in 0.. {
        let scene = DroppedScene::new().await;
        let Some((what, of_operator, request)) = changes(&scene).await.into_iter().nth(index) else {
            break;
        };
        let before = scene.memory().await;
        let router = if of_operator {
            &scene.bench.admin
        } else {
            &scene.bench.app
        };
        dropped += usize::from(drop_after(waits, send(router, request)).await);
        let after = scene.changed(&before, what).await;
        let scene = scene.reopened().await;
        assert_eq!(after, scene.memory().await, "{what}, dropped after {waits} waits");
    }
    dropped
}

#[tokio::test]
async fn a_dropped_request_leaves_the_memory_as_the_database() {
    assert!(drop_each(1).await > 0, "no request waits");
    for waits in 2.. {
        if drop_each(waits).await == 0 {
            return;
        }
    }
}
