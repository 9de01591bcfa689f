//! The cost of a rejected request at the issuer.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

#[expect(dead_code, reason = "the tests of endpoints use the rest")]
mod support;

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edgewrit_shared::edge_api::{boot, records, uses};
use edgewrit_test_costs::grows_in_line;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;
use support::agentwrit::{App, SECRET, operated, registration};
use support::{Bench, Login, TRAVEL, travel_ceiling};
use tokio::runtime::{Builder, Runtime};

struct CostScene {
    runtime: Runtime,
    bench: Bench,
    client: Login,
    edge: Login,
    boot: String,
    /// The paths that something was sent to.
    measured: RefCell<BTreeSet<String>>,
}

fn scene() -> CostScene {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (bench, client, edge, boot) = runtime.block_on(async {
        let bench = Bench::with(operated()).await;
        let client = bench.client(travel_ceiling()).await;
        let edge = bench.edge(TRAVEL).await;
        let boot = bench.post(&edge, boot::PATH, &json!({})).await.json();
        (bench, client, edge, boot["boot_id"].as_str().unwrap().to_owned())
    });
    CostScene {
        runtime,
        bench,
        client,
        edge,
        boot,
        measured: RefCell::default(),
    }
}

const JSON: &str = "application/json";

impl CostScene {
    fn note(&self, path: &str) {
        let path = path.split('?').next().unwrap();
        self.measured.borrow_mut().insert(path.to_owned());
    }

    /// Checks that something was sent to every path of both routers but those that read nothing. A
    /// router lists its paths only for one who debugs it.
    fn is_complete(&self) {
        const READ_NOTHING: [&str; 6] = [
            "/.well-known/jwks.json",
            "/.well-known/oauth-authorization-server",
            "/healthz",
            "/readyz",
            "/v1/challenge",
            "/v1/health",
        ];
        let measured = self.measured.borrow();
        let is_at = |route: &str, path: &str| {
            let same = |(route, part): (&str, &str)| route.starts_with('{') || route == part;
            route.split('/').count() == path.split('/').count() && route.split('/').zip(path.split('/')).all(same)
        };
        for router in [&self.bench.app, &self.bench.admin] {
            let shown = format!("{router:?}");
            let routes = shown.split('"').filter(|text| text.starts_with('/') && *text != "/");
            let routes: Vec<_> = routes.filter(|route| !route.contains('*')).collect();
            assert!(routes.len() > 10, "{routes:?}");
            for route in routes.iter().filter(|route| !READ_NOTHING.contains(*route)) {
                assert!(measured.iter().any(|path| is_at(route, path)), "{route}");
            }
        }
    }

    /// Sends a body and answers how long the response is.
    fn send(&self, login: &Login, path: &str, content_type: &str, body: &str) -> usize {
        self.note(path);
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

    let uses = |body: &str| scene.send(&scene.edge, uses::PATH, JSON, body);
    let attempts = |count| {
        format!(
            r#"{{"attempts":[{}]}}"#,
            many(64, |_| format!("[{}]", many(count, |_| "7".into())))
        )
    };
    grows_in_line("attempts", 60, attempts, uses);

    let records = |body: &str| scene.send(&scene.edge, records::PATH, JSON, body);
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
            scene.note(path);
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
        "/clients/list",
        "/edges/rotate",
        "/revocations",
        "/keys",
        "/keys/drop",
        "/backup",
    ] {
        grows_in_line(path, 4_000, |count| format!("{{{}}}", unknown(count)), admin(path));
    }
    let key = |bytes: usize| json!({"kid": "k".repeat(bytes)}).to_string();
    grows_in_line("id of a key", 100_000, key, admin("/keys/drop"));
    for level in ["token", "agent", "task", "chain", "client", "none"] {
        let target = |bytes: usize| json!({"level": level, "target": "t".repeat(bytes)}).to_string();
        grows_in_line(level, 100_000, target, admin("/revocations"));
    }
    let level = |bytes: usize| json!({"level": "l".repeat(bytes)}).to_string();
    grows_in_line("level", 100_000, level, admin("/revocations"));
    agentwrit(&scene);
    natives(&scene);
    scene.is_complete();
}

/// The other endpoints of clients and edges.
fn natives(scene: &CostScene) {
    const FORM: &str = "application/x-www-form-urlencoded";
    let unknown = |count| format!("{{{}}}", unknown(count));
    let end = |body: &str| scene.send(&scene.client, "/v1/tasks/none/complete", JSON, body);
    grows_in_line("members of an end", 4_000, unknown, end);
    let boot = |body: &str| scene.send(&scene.edge, boot::PATH, JSON, body);
    grows_in_line("members of a boot", 4_000, unknown, boot);
    for path in ["/oauth/introspect", "/oauth/revoke", "/oauth/token"] {
        let form = |body: &str| scene.send(&scene.client, path, FORM, body);
        grows_in_line(path, 60_000, |bytes| format!("token={}", "x".repeat(bytes)), form);
        let parts = |count| format!("token={}", "x.".repeat(count));
        grows_in_line("parts of a token", 30_000, parts, form);
        let escaped = |count| format!("token={}", "%41".repeat(count));
        grows_in_line("escaped bytes", 30_000, escaped, form);
        let names = |count: usize| (0..count).map(|index| format!("x{index}=1&")).collect();
        grows_in_line("names of a form", 10_000, names, form);
    }
    let audience = |bytes| format!("grant_type=client_credentials&resource=https://{}", "x".repeat(bytes));
    let form = |body: &str| scene.send(&scene.client, "/oauth/token", FORM, body);
    grows_in_line("resource of a token", 60_000, audience, form);
    let task = |id: &str| scene.ask(("GET", &format!("/v1/tasks/{id}")), Some(&scene.client), "");
    grows_in_line("id of a task", 12_000, |bytes| "x".repeat(bytes), task);
    let bundle = |query: &str| scene.ask(("GET", &format!("/v1/bundle?{query}")), None, "");
    for name in ["have", "wait", "x"] {
        let long = |bytes: usize| format!("{name}={}", "x".repeat(bytes));
        grows_in_line(&format!("{name} of a bundle"), 12_000, long, bundle);
    }
    let have = |count: usize| format!("have={}", "1:".repeat(count));
    grows_in_line("parts of what an edge has", 6_000, have, bundle);
}

/// The callers of the AgentWrit API.
struct Speakers {
    operator: Login,
    app: App,
    agent: Login,
}

impl CostScene {
    fn ask(&self, (method, path): (&str, &str), login: Option<&Login>, body: &str) -> usize {
        self.note(path);
        let mut request = Request::builder().method(method).uri(path);
        if let Some(Login(login)) = login {
            request = request.header("authorization", login);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let answer = self.runtime.block_on(self.bench.send(request));
        assert!(answer.status.as_u16() < 500, "{}", answer.text());
        answer.body.len()
    }

    fn speakers(&self) -> Speakers {
        self.runtime.block_on(async {
            let operator = self.bench.operator().await;
            let app = self.bench.register_app(&["read:data:*"]).await;
            let agent = self.bench.agent(&app, "task", &["read:data:x"]).await;
            let agent = agent.login();
            Speakers { operator, app, agent }
        })
    }
}

/// Every endpoint of the AgentWrit API that reads a body, and what it takes.
fn agentwrit(scene: &CostScene) {
    let Speakers { operator, app, agent } = scene.speakers();
    let session = &app.session;
    let register = registration(&"0".repeat(64), &"0".repeat(64), &["read:data:x"]);
    let launch =
        json!({"agent_name": "a", "allowed_scope": ["read:data:x"], "max_ttl": 60, "ttl": 60, "single_use": true});
    let login = json!({"client_id": app.id, "client_secret": "x"});
    let apps = json!({"name": "n", "scopes": ["read:data:x"], "token_ttl": 60});
    let delegate = json!({"delegate_to": "spiffe://x/agent/a/b/c", "scope": ["read:data:x"], "ttl": 60});
    let one = format!("PUT /v1/admin/apps/{}", app.id);
    let endpoints: [(&str, Option<&Login>, Value); 12] = [
        ("POST /v1/register", None, register),
        ("POST /v1/token/validate", None, json!({"token": "t"})),
        ("POST /v1/admin/auth", None, json!({"secret": SECRET})),
        ("POST /v1/app/auth", None, login),
        ("POST /v1/admin/apps", Some(&operator), apps),
        (
            &one,
            Some(&operator),
            json!({"scopes": ["read:data:*"], "token_ttl": 60}),
        ),
        ("POST /v1/admin/launch-tokens", Some(&operator), launch.clone()),
        ("POST /v1/app/launch-tokens", Some(session), launch),
        ("POST /v1/token/renew", Some(&agent), json!({})),
        ("POST /v1/token/release", None, json!({})),
        ("POST /v1/delegate", Some(&agent), delegate),
        (
            "POST /v1/revoke",
            Some(&operator),
            json!({"level": "task", "target": "t"}),
        ),
    ];
    for (endpoint, login, takes) in &endpoints {
        let at = endpoint.split_once(' ').unwrap();
        let send = |body: &str| scene.ask(at, *login, body);
        let name = |what: &str| format!("{endpoint}: {what}");
        // Members that are unknown are passed over, before members that are faulty.
        let members = |count| format!("{{{}}}", unknown(count));
        grows_in_line(&name("members"), 3_000, members, send);
        let depth = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        grows_in_line(&name("depth"), 8, depth, send);
        for member in takes.as_object().unwrap().keys() {
            let with = |value: Value| {
                let mut body = takes.clone();
                body[member] = value;
                body.to_string()
            };
            let text = |bytes: usize| with(json!("x".repeat(bytes)));
            grows_in_line(&name(member), 60_000, text, send);
            if takes[member].is_array() {
                let texts = |count: usize| with((0..count).map(|index| json!(format!("read:data:x{index}"))).collect());
                grows_in_line(&name("scopes"), 15, texts, send);
                grows_in_line(&name("too many scopes"), 3_000, texts, send);
                for beginning in ["read:data:", "x", "admin:", "app:", "agentwrit:"] {
                    let long = |bytes: usize| with(json!([format!("{beginning}{}", "x".repeat(bytes))]));
                    grows_in_line(&name("a long scope"), 60_000, long, send);
                }
            }
        }
    }
    tokens(scene);
    // A request line has at most 64 KiB.
    let events = |query: &str| {
        scene.ask(
            ("GET", &format!("/v1/audit/events?offset=1000000&{query}")),
            Some(&operator),
            "",
        )
    };
    for name in ["agent_id", "task_id", "event_type", "since", "limit", "x"] {
        let long = |bytes: usize| format!("{name}={}", "x".repeat(bytes));
        grows_in_line(&format!("{name} of events"), 12_000, long, events);
    }
    let pairs = |count| (0..count).map(|index| format!("x{index}=1&")).collect();
    grows_in_line("pairs of a query", 1_000, pairs, events);
    for method in ["GET", "PUT", "DELETE"] {
        let one = |id: &str| scene.ask((method, &format!("/v1/admin/apps/{id}")), Some(&operator), "{}");
        grows_in_line("id of an app", 12_000, |bytes| "x".repeat(bytes), one);
    }
}

/// Tokens, shown in a body and as the bearer.
fn tokens(scene: &CostScene) {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(&json!({"alg": "EdDSA", "typ": "at+jwt", "kid": "k"}));
    let validate = |token: &str| {
        let body = json!({"token": token}).to_string();
        scene.ask(("POST", "/v1/token/validate"), None, &body)
    };
    let bear = |token: &str| {
        let bearer = Login(format!("Bearer {token}"));
        scene.ask(("POST", "/v1/token/renew"), Some(&bearer), "")
    };
    let numbered = |count: usize| (0..count).map(|index| (format!("m{index}"), json!(1))).collect();
    let shown = |how: &str, show: &dyn Fn(&str) -> usize| {
        grows_in_line(&format!("a long token {how}"), 60_000, |bytes| "x".repeat(bytes), show);
        grows_in_line(
            &format!("parts of a token {how}"),
            30_000,
            |count| "x.".repeat(count),
            show,
        );
        let claims = |count: usize| format!("{header}.{}.AAAA", part(&Value::Object(numbered(count))));
        grows_in_line(&format!("claims of a token {how}"), 3_000, claims, show);
        let heads = |count: usize| format!("{}.e30.AAAA", part(&Value::Object(numbered(count))));
        grows_in_line(&format!("header of a token {how}"), 3_000, heads, show);
    };
    shown("in a body", &validate);
    shown("as the bearer", &bear);
}
