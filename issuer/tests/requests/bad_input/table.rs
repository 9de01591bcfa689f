//! Every endpoint, with the login and the body of a good request.

use crate::support::agentwrit::{SECRET, operated, registration};
use crate::support::{Bench, Login, TRAVEL, claims, travel_ceiling, travel_task};
use serde_json::{Value, json};

/// The API whose form a problem has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaks {
    Native,
    AgentWrit,
    OAuth,
}

/// The body that an endpoint takes, with a good example.
pub(super) enum Takes {
    /// No body is read.
    Nothing,
    /// Whatever the body is, as long as it arrives.
    Anything,
    /// None, or an object without members.
    Empty,
    Json(Value),
    /// An object of which every member may be left out.
    Change(Value),
    Form(String),
}

impl Takes {
    pub(super) fn a_body(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    pub(super) fn good(&self) -> String {
        match self {
            Self::Nothing | Self::Anything => String::new(),
            Self::Empty => "{}".to_owned(),
            Self::Json(value) | Self::Change(value) => value.to_string(),
            Self::Form(text) => text.clone(),
        }
    }
}

pub(super) struct EndpointCase {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) uri: String,
    pub(super) login: Option<Login>,
    pub(super) speaks: Speaks,
    pub(super) takes: Takes,
    pub(super) bad_queries: &'static [&'static str],
}

fn case(speaks: Speaks, endpoint: &'static str, login: Option<&Login>, takes: Takes) -> EndpointCase {
    let (method, path) = endpoint.split_once(' ').unwrap();
    EndpointCase {
        method,
        path,
        uri: path.to_owned(),
        login: login.cloned(),
        speaks,
        takes,
        bad_queries: &[],
    }
}

impl EndpointCase {
    fn at(mut self, uri: String) -> Self {
        self.uri = uri;
        self
    }

    fn but_not(mut self, queries: &'static [&'static str]) -> Self {
        self.bad_queries = queries;
        self
    }
}

/// An issuer, and one case for each of its endpoints. The request of one case does not get in the
/// way of another.
pub(super) async fn cases() -> (Bench, Vec<EndpointCase>) {
    let bench = Bench::with(operated()).await;
    let mut all = public_cases();
    all.extend(natives(&bench).await);
    all.extend(agentwrits(&bench).await);
    (bench, all)
}

fn public_cases() -> Vec<EndpointCase> {
    let get = |endpoint| case(Speaks::Native, endpoint, None, Takes::Nothing);
    vec![
        get("GET /healthz"),
        get("GET /readyz"),
        get("GET /.well-known/jwks.json"),
        get("GET /.well-known/oauth-authorization-server"),
        get("GET /v1/bundle").but_not(&["have=%ff", "have=x", "wait=-1", "wait=1&wait=1", "more=1"]),
    ]
}

async fn natives(bench: &Bench) -> Vec<EndpointCase> {
    let (client, edge) = (bench.client(travel_ceiling()).await, bench.edge(TRAVEL).await);
    let mut tokens = Vec::new();
    for task in ["shown", "over", "spent", "asked"] {
        let writs = bench.post(&client, "/v1/tasks", &travel_task(task)).await;
        tokens.extend(writs.tokens());
    }
    let boot = bench.post(&edge, "/v1/edges/boot", &json!({})).await.json()["boot_id"].clone();
    let allowance = claims(&tokens[2])["authorization_details"][1]["uses"]["allowance"].clone();
    let spend = json!({"writ": tokens[2], "boot_id": boot, "counter": 1, "attempts": [[allowance]]});
    let records = json!({"boot_id": boot, "first": 1, "records": []});
    let (id, secret) = client.parts();
    let form = |rest: &str| Takes::Form(format!("{rest}&client_id={id}&client_secret={secret}"));
    let native = |endpoint, login, takes| case(Speaks::Native, endpoint, Some(login), takes);
    let oauth = |endpoint, takes| case(Speaks::OAuth, endpoint, None, takes);
    let details = r#"[{"type":"writ","actions":["search"],"resources":["flights"]}]"#;
    vec![
        native("POST /v1/tasks", &client, Takes::Json(travel_task("new"))),
        native("GET /v1/tasks/{task_id}", &client, Takes::Nothing).at("/v1/tasks/shown".into()),
        native("POST /v1/tasks/{task_id}/complete", &client, Takes::Empty).at("/v1/tasks/over/complete".into()),
        native("POST /v1/edges/boot", &edge, Takes::Empty),
        native("POST /v1/uses", &edge, Takes::Json(spend)),
        native("POST /v1/records", &edge, Takes::Json(records)),
        oauth(
            "POST /oauth/token",
            form(&format!(
                "grant_type=client_credentials&authorization_details={details}"
            )),
        ),
        oauth("POST /oauth/introspect", form(&format!("token={}", tokens[3]))),
        oauth("POST /oauth/revoke", form(&format!("token={}", tokens[3]))),
    ]
}

async fn agentwrits(bench: &Bench) -> Vec<EndpointCase> {
    const SCOPE: [&str; 1] = ["read:data:x"];
    let (app, ended) = (
        bench.register_app(&["read:data:*"]).await,
        bench.register_app(&SCOPE).await,
    );
    let mut agents = Vec::new();
    for task in ["renewed", "released", "passing-on", "to", "revoked"] {
        agents.push(bench.agent(&app, task, &SCOPE).await);
    }
    let [renewed, released, passing, to, revoked] = &agents[..] else {
        panic!("five agents");
    };
    let (operator, session) = (bench.operator().await, &app.session);
    let ask = registration(&bench.launch(&app, &SCOPE).await, &bench.nonce().await, &SCOPE);
    let launch = || Takes::Json(json!({"agent_name": "a", "allowed_scope": SCOPE}));
    let of = |endpoint, login, takes| case(Speaks::AgentWrit, endpoint, login, takes);
    let by = |endpoint, takes| of(endpoint, Some(&operator), takes);
    let any = |endpoint, body| of(endpoint, None, Takes::Json(body));
    let id = |id: &str| format!("/v1/admin/apps/{id}");
    vec![
        of("GET /v1/challenge", None, Takes::Nothing),
        of("GET /v1/health", None, Takes::Nothing),
        any("POST /v1/register", ask),
        any("POST /v1/token/validate", json!({"token": to.token})),
        any("POST /v1/admin/auth", json!({"secret": SECRET})),
        any(
            "POST /v1/app/auth",
            json!({"client_id": app.id, "client_secret": app.secret}),
        ),
        by(
            "POST /v1/admin/apps",
            Takes::Json(json!({"name": "another", "scopes": SCOPE})),
        ),
        by("GET /v1/admin/apps", Takes::Nothing),
        by("GET /v1/admin/apps/{id}", Takes::Nothing).at(id(&app.id)),
        by(
            "PUT /v1/admin/apps/{id}",
            Takes::Change(json!({"scopes": ["read:data:*"]})),
        )
        .at(id(&app.id)),
        by("DELETE /v1/admin/apps/{id}", Takes::Nothing).at(id(&ended.id)),
        by("POST /v1/admin/launch-tokens", launch()),
        of("POST /v1/app/launch-tokens", Some(session), launch()),
        of("POST /v1/token/renew", Some(&renewed.login()), Takes::Anything),
        of("POST /v1/token/release", Some(&released.login()), Takes::Anything),
        of(
            "POST /v1/delegate",
            Some(&passing.login()),
            Takes::Json(json!({"delegate_to": to.id, "scope": SCOPE})),
        ),
        by(
            "POST /v1/revoke",
            Takes::Json(json!({"level": "agent", "target": revoked.id})),
        ),
        by("GET /v1/audit/events", Takes::Nothing).but_not(&[
            "limit=x",
            "offset=-1",
            "since=now",
            "limit=1&limit=1",
            "task_id=%ff",
        ]),
    ]
}
