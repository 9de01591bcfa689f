//! What it costs the issuer to reject a request.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

#[path = "../../shared/tests/costs/mod.rs"]
mod costs;
#[expect(dead_code, reason = "the tests of endpoints use the rest")]
mod support;

use axum::body::Body;
use axum::http::Request;
use costs::grows_in_line;
use serde_json::json;
use support::{Bench, Login, TRAVEL, travel_ceiling};
use tokio::runtime::{Builder, Runtime};

struct Scene {
    runtime: Runtime,
    bench: Bench,
    client: Login,
    edge: Login,
    boot: String,
}

fn scene() -> Scene {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (bench, client, edge, boot) = runtime.block_on(async {
        let bench = Bench::new().await;
        let client = bench.client(travel_ceiling()).await;
        let edge = bench.edge(TRAVEL).await;
        let boot = bench.post(&edge, "/v1/edges/boot", &json!({})).await.json();
        (bench, client, edge, boot["boot_id"].as_str().unwrap().to_owned())
    });
    Scene {
        runtime,
        bench,
        client,
        edge,
        boot,
    }
}

const JSON: &str = "application/json";

impl Scene {
    /// Sends a body and answers how long the response is.
    fn send(&self, login: &Login, path: &str, content_type: &str, body: &str) -> usize {
        let request = Request::post(path)
            .header("authorization", &login.0)
            .header("content-type", content_type)
            .body(Body::from(body.to_owned()))
            .unwrap();
        let answer = self.runtime.block_on(self.bench.send(request));
        assert!(answer.status.as_u16() < 500, "{}", answer.text());
        answer.body.len()
    }
}

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().join(",")
}

fn unknown(count: usize) -> String {
    many(count, |index| format!(r#""m{index}":1"#))
}

fn task(audience: &str, grants: &str) -> String {
    format!(r#"{{"task_id":"t","orch_id":"o","audiences":{{"{audience}":{{"grants":[{grants}]}}}}}}"#)
}

/// One test, so that nothing else is counted.
#[test]
fn rejecting_a_request_costs_what_its_length_costs() {
    let scene = scene();
    let tasks = |body: &str| scene.send(&scene.client, "/v1/tasks", JSON, body);
    let audience = |bytes: usize| task(&"a".repeat(bytes), &format!("{{{}}}", unknown(3_000)));
    grows_in_line("name of an audience", 100_000, audience, tasks);
    let members = |count| task(TRAVEL, &format!("{{{}}}", unknown(count)));
    grows_in_line("members of a grant", 3_000, members, tasks);
    let rule = |bytes: usize| {
        let rules = format!(r#"{{"{}":{{{}}}}}"#, "r".repeat(bytes), unknown(3_000));
        task(
            TRAVEL,
            &format!(r#"{{"type":"writ","actions":["a"],"resources":["r"],"rules":{rules}}}"#),
        )
    };
    grows_in_line("name of a parameter", 100_000, rule, tasks);
    let grants = |count| task(TRAVEL, &many(count, |index| format!(r#"{{"type":"t{index}"}}"#)));
    grows_in_line("grants", 60, grants, tasks);
    let each = |depth: usize| {
        let rule = format!("{}1{}", r#"{"each":"#.repeat(depth), "}".repeat(depth));
        task(
            TRAVEL,
            &format!(r#"{{"type":"writ","actions":["a"],"resources":["r"],"rules":{{"p":{rule}}}}}"#),
        )
    };
    grows_in_line("depth", 6, each, tasks);
    let escaped = |count| {
        format!(
            "{{{}}}",
            many(count, |index| format!(r#""\u0001\u0002\u0003{index}":1"#))
        )
    };
    grows_in_line("control characters", 3_000, escaped, tasks);

    let uses = |body: &str| scene.send(&scene.edge, "/v1/uses", JSON, body);
    let attempts = |count| {
        format!(
            r#"{{"attempts":[{}]}}"#,
            many(64, |_| format!("[{}]", many(count, |_| "7".into())))
        )
    };
    grows_in_line("attempts", 60, attempts, uses);

    let records = |body: &str| scene.send(&scene.edge, "/v1/records", JSON, body);
    let record = |members: &str| {
        let whole = r#""verdict":"permit","at":1,"request_id":"r""#;
        format!(
            r#"{{"boot_id":"{}","first":1,"records":[{{{whole},{members}}}]}}"#,
            scene.boot
        )
    };
    grows_in_line("members of a record", 15_000, |count| record(&unknown(count)), records);
    let batch = |count| {
        format!(
            r#"{{"boot_id":"b","first":1,"records":[{}]}}"#,
            many(count, |_| "{}".into())
        )
    };
    grows_in_line("records", 250, batch, records);

    let token = |details: String| format!("grant_type=client_credentials&authorization_details={details}");
    let form = |body: &str| scene.send(&scene.client, "/oauth/token", "application/x-www-form-urlencoded", body);
    let details = |count| token(format!("[{{{}}}]", unknown(count)));
    grows_in_line("authorization_details", 3_000, details, form);

    let admin = |path: &'static str| {
        let scene = &scene;
        move |body: &str| {
            let request = Request::post(path)
                .header("content-type", JSON)
                .body(Body::from(body.to_owned()));
            let answer = scene
                .runtime
                .block_on(support::send(&scene.bench.admin, request.unwrap()));
            assert!(answer.status.as_u16() < 500, "{}", answer.text());
            answer.body.len()
        }
    };
    let ceiling = |entries: String| format!(r#"{{"name":"c","ceiling":[{entries}]}}"#);
    let faulty = |count| ceiling(many(count, |index| format!(r#"{{"audience":"a{index}","x":1}}"#)));
    grows_in_line("entries of a ceiling", 250, faulty, admin("/clients"));
    let twice = |count| {
        ceiling(many(count, |index| {
            let audience = index / 2;
            format!(r#"{{"audience":"a{audience}","ttl_max":1,"scope":["read:data:*"]}}"#)
        }))
    };
    grows_in_line("audiences that are there twice", 250, twice, admin("/clients"));
    for path in [
        "/edges",
        "/tasks/show",
        "/why",
        "/keys/rotate",
        "/clients/rotate",
        "/clients/end",
        "/backup",
    ] {
        grows_in_line(path, 4_000, |count| format!("{{{}}}", unknown(count)), admin(path));
    }
}
