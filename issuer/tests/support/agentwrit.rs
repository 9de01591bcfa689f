//! The callers of the AgentWrit API: an operator, apps, and agents with keys of their own.

use super::{Answer, Bench, ISSUER, Login, post};
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use edgewrit_issuer::Peer;
use edgewrit_issuer::config::Config;
use edgewrit_shared::hex::from_hex;
use edgewrit_shared::secret::Secret;
use edgewrit_test_keys::TestKey;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// The operator's secret.
pub(crate) const SECRET: &str = "what only the operator knows";

/// A registered app, and its session.
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) session: Login,
}

/// An agent, and its writ.
#[derive(Clone, Debug)]
pub(crate) struct AgentWithWrit {
    pub(crate) id: String,
    pub(crate) token: String,
}

impl AgentWithWrit {
    pub(crate) fn login(&self) -> Login {
        bearer(&self.token)
    }
}

pub(crate) fn bearer(token: &str) -> Login {
    Login(format!("Bearer {token}"))
}

/// Settings with an operator secret.
pub(crate) fn operated() -> Config {
    let mut config = Config::new(ISSUER, None).unwrap();
    config.operator_secret = Some(Secret::new(SECRET.into()));
    config
}

/// The request of an agent of `orch/task` to register, with valid members.
pub(crate) fn registration(launch_token: &str, nonce: &str, scope: &[&str]) -> Value {
    let key = TestKey::of_next_agent();
    json!({
        "launch_token": launch_token,
        "nonce": nonce,
        "public_key": STANDARD.encode(key.public()),
        "signature": STANDARD.encode(key.sign(&from_hex(nonce).unwrap())),
        "orch_id": "orch",
        "task_id": "task",
        "requested_scope": scope,
    })
}

/// A request without a body.
pub(crate) fn request(method: &str, login: Option<&Login>, path: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(Login(login)) = login {
        request = request.header("authorization", login);
    }
    request.body(Body::empty()).unwrap()
}

pub(crate) fn renewal(token: &str) -> Request<Body> {
    request("POST", Some(&bearer(token)), "/v1/token/renew")
}

pub(crate) fn delegation(token: &str, to: &str, scope: &[&str]) -> Request<Body> {
    let body = json!({"delegate_to": to, "scope": scope});
    post(Some(&bearer(token)), "/v1/delegate", &body)
}

impl Bench {
    /// An issuer that has an operator.
    pub(crate) async fn operated() -> Self {
        Self::with(operated()).await
    }

    pub(crate) async fn say(&self, path: &str, body: &Value) -> Answer {
        self.send(post(None, path, body)).await
    }

    /// A session of the operator, who comes from another address each time: attempts are limited
    /// for each.
    pub(crate) async fn operator(&self) -> Login {
        let mut show = post(None, "/v1/admin/auth", &json!({"secret": SECRET}));
        let address = u32::try_from(self.next()).unwrap();
        let address = SocketAddr::from((address.to_be_bytes(), 4_000));
        show.extensions_mut().insert(Peer::at(address));
        bearer(&self.send(show).await.granted("access_token"))
    }

    /// A new app with this ceiling.
    pub(crate) async fn register_app(&self, scopes: &[&str]) -> App {
        let ask = json!({"name": format!("app-{}", self.next()), "scopes": scopes});
        let operator = self.operator().await;
        let answer = self.post(&operator, "/v1/admin/apps", &ask).await;
        let (id, secret) = (answer.granted("client_id"), answer.granted("client_secret"));
        let session = self.log_in(&id, &secret).await;
        App { id, secret, session }
    }

    /// A session of the app with this id.
    pub(crate) async fn log_in(&self, id: &str, secret: &str) -> Login {
        let show = json!({"client_id": id, "client_secret": secret});
        bearer(&self.say("/v1/app/auth", &show).await.granted("access_token"))
    }

    /// A launch token for an agent with at most `scope`.
    pub(crate) async fn launch(&self, app: &App, scope: &[&str]) -> String {
        let ask = json!({"agent_name": "agent", "allowed_scope": scope});
        let answer = self.post(&app.session, "/v1/app/launch-tokens", &ask).await;
        answer.granted("launch_token")
    }

    pub(crate) async fn nonce(&self) -> String {
        self.get("/v1/challenge").await.granted("nonce")
    }

    /// An agent of `orch/<task_id>` whose writ lives for `ttl` seconds.
    pub(crate) async fn agent_for(&self, app: &App, task_id: &str, scope: &[&str], ttl: u64) -> AgentWithWrit {
        let ask = json!({"agent_name": "agent", "allowed_scope": scope, "max_ttl": ttl});
        let launched = self.post(&app.session, "/v1/app/launch-tokens", &ask).await;
        let mut ask = registration(&launched.granted("launch_token"), &self.nonce().await, scope);
        ask["task_id"] = json!(task_id);
        let answer = self.say("/v1/register", &ask).await;
        AgentWithWrit {
            id: answer.granted("agent_id"),
            token: answer.granted("access_token"),
        }
    }

    /// As [`Self::agent_for`], for five minutes.
    pub(crate) async fn agent(&self, app: &App, task_id: &str, scope: &[&str]) -> AgentWithWrit {
        self.agent_for(app, task_id, scope, 300).await
    }

    /// The claims of a valid token.
    pub(crate) async fn validated(&self, token: &str) -> Option<Value> {
        let answer = self.say("/v1/token/validate", &json!({"token": token})).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let mut body = answer.json();
        if body["valid"] == json!(true) {
            assert_eq!(members(&body), ["claims", "valid"]);
            return Some(body["claims"].take());
        }
        let refused = json!({"valid": false, "error": "token is invalid or expired"});
        assert_eq!(body, refused);
        None
    }

    pub(crate) async fn is_valid(&self, token: &str) -> bool {
        self.validated(token).await.is_some()
    }

    /// The successor of a writ.
    pub(crate) async fn renewed(&self, token: &str) -> String {
        self.send(renewal(token)).await.granted("access_token")
    }

    /// The token that the agent of `token` delegates to the agent with the id `to`.
    pub(crate) async fn delegated(&self, token: &str, to: &str, scope: &[&str]) -> String {
        let answer = self.send(delegation(token, to, scope)).await;
        answer.granted("access_token")
    }

    pub(crate) async fn release(&self, token: &str) {
        let release = request("POST", Some(&bearer(token)), "/v1/token/release");
        let answer = self.send(release).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    }

    pub(crate) async fn revoke(&self, level: &str, target: &str) -> Answer {
        let ask = json!({"level": level, "target": target});
        self.post(&self.operator().await, "/v1/revoke", &ask).await
    }

    /// The answer to `GET /v1/audit/events` with this query.
    pub(crate) async fn events(&self, query: &str) -> Value {
        let path = format!("/v1/audit/events?{query}");
        let answer = self.send(request("GET", Some(&self.operator().await), &path)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}

/// The names of an object's members, in alphabetical order.
pub(crate) fn members(value: &Value) -> Vec<&str> {
    let mut names: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

impl Answer {
    /// A text of the answer to what was granted.
    pub(crate) fn granted(&self, name: &str) -> String {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text());
        self.json()[name].as_str().unwrap().to_owned()
    }

    /// Checks that this is a problem as the AgentWrit API has them, and answers its detail.
    pub(crate) fn refused(&self, status: u16, code: &str) -> String {
        let body = self.json();
        let found = (self.status.as_u16(), body["error_code"].as_str());
        assert_eq!(found, (status, Some(code)), "{body}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        let all = [
            "detail",
            "error_code",
            "instance",
            "request_id",
            "status",
            "title",
            "type",
        ];
        assert_eq!(members(&body), all);
        assert_eq!(body["type"], format!("urn:agentwrit:error:{code}"));
        assert_eq!(body["status"], status);
        assert_eq!(body["request_id"], self.header("x-request-id"));
        assert!(body["instance"].as_str().unwrap().starts_with("/v1/"), "{body}");
        body["detail"].as_str().unwrap().to_owned()
    }
}
