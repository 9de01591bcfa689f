//! The public endpoints of the issuer, from the router to the commit of SQLite, without a socket.

use crate::TIMES;
use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::config::Config;
use edgewrit_issuer::data::Data;
use edgewrit_issuer::stopping::Stopping;
use edgewrit_issuer::{AdminState, Issuer, admin, app};
use edgewrit_shared::hex::from_hex;
use edgewrit_shared::secret::Secret;
use edgewrit_test_keys::TestKey;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://travel.example";
const OPERATOR_SECRET: &str = "a secret that is long enough";
const NOW: Duration = Duration::from_millis(1_800_000_000_000);
/// Agents of the task that has many.
const AGENTS: u64 = 100;
/// Attempts of the debit that has several.
const ATTEMPTS: usize = 10;

/// An issuer in a folder of its own, with its callers. Its clock always tells the same time.
pub(crate) struct CountedIssuer {
    runtime: Runtime,
    app: Router,
    admin: Router,
    /// The `authorization` of an orchestrator.
    orchestrator: String,
    /// The `authorization` of an edge.
    edge: String,
    /// The boot of the edge.
    boot_id: String,
    /// The `authorization` of an app of the AgentWrit API.
    app_session: String,
    next_number: Cell<u64>,
    _folder: TempDir,
}

/// Requests to one endpoint that differ in their ids.
pub(crate) struct IssuerCase {
    /// The name of the case.
    pub(crate) name: &'static str,
    /// The requests that are not sent yet.
    requests: RefCell<Vec<Request<Body>>>,
}

impl CountedIssuer {
    /// A new issuer that has registered its callers.
    pub(crate) fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        // No worker threads: apart from the threads that the issuer itself starts, one thread does
        // all of the work.
        let runtime = Builder::new_current_thread().enable_time().build()?;
        let mut config = Config::new(ISSUER, None).ok().context("the settings are not valid")?;
        config.operator_secret = Some(Secret::new(OPERATOR_SECRET.to_owned()));
        let data = runtime.block_on(Data::open(&folder.path().join("data"), Clock::new(|| NOW)))?;
        let data = Arc::new(data);
        let admin_state = AdminState::new(Arc::clone(&data), Some(ISSUER.to_owned()));
        let (_, stopping) = Stopping::channel();
        let mut issuer = Self {
            runtime,
            app: app(Arc::new(Issuer::new(config, data, stopping))),
            admin: admin(Arc::new(admin_state)),
            orchestrator: String::new(),
            edge: String::new(),
            boot_id: String::new(),
            app_session: String::new(),
            next_number: Cell::default(),
            _folder: folder,
        };
        issuer.register_orchestrator()?;
        issuer.register_edge()?;
        issuer.register_app()?;
        Ok(issuer)
    }

    fn register_orchestrator(&mut self) -> Result<()> {
        let ceiling = json!([{"audience": AUDIENCE, "ttl_max": "24h", "grants": [
            {"type": "writ", "actions": ["search"], "resources": ["flights"]},
            {"type": "writ", "actions": ["book"], "resources": ["tickets"]},
        ]}]);
        let client = json!({"name": "orchestrator", "ceiling": ceiling});
        let client = self.read_answer(&self.admin, post("/clients", None, &client)?)?;
        self.orchestrator = basic(&client, "/client_id", "/client_secret")?;
        Ok(())
    }

    fn register_edge(&mut self) -> Result<()> {
        let edge = json!({"name": "edge", "audience": AUDIENCE, "upstreams": ["https://api.travel.example"]});
        let edge = self.read_answer(&self.admin, post("/edges", None, &edge)?)?;
        self.edge = basic(&edge, "/edge/id", "/edge/credential")?;
        let boot = self.send(post("/v1/edges/boot", Some(&self.edge), &json!({}))?)?;
        self.boot_id = text(&boot, "/boot_id")?.to_owned();
        Ok(())
    }

    fn register_app(&mut self) -> Result<()> {
        let operator = self.send(post("/v1/admin/auth", None, &json!({"secret": OPERATOR_SECRET}))?)?;
        let app = json!({"name": "app", "scopes": ["read:data:*"], "token_ttl": 3600});
        let app = self.send(post("/v1/admin/apps", Some(&bearer(&operator)?), &app)?)?;
        let login = json!({"client_id": text(&app, "/client_id")?, "client_secret": text(&app, "/client_secret")?});
        self.app_session = bearer(&self.send(post("/v1/app/auth", None, &login)?)?)?;
        Ok(())
    }

    /// The cases. A case has its requests ready, and has sent the first one.
    pub(crate) fn cases(&self) -> Result<Vec<IssuerCase>> {
        let (writ, allowance) = self.begin_limited_task()?;
        let debit = |attempts| self.debit(&writ, &allowance, attempts);
        let writs = (0..=TIMES).map(|_| self.admit_agent());
        let writs = writs.collect::<Result<Vec<_>>>()?;
        let validate = |index| post("/v1/token/validate", None, &json!({"token": writs.get(index)}));
        Ok(vec![
            self.case("issuer: begin a task", |_| self.task(1))?,
            self.case("issuer: begin a task of 100 agents", |_| self.task(AGENTS))?,
            self.case("issuer: debit a use", |_| debit(1))?,
            self.case("issuer: debit the uses of ten attempts", |_| debit(ATTEMPTS))?,
            self.case("issuer: make a launch token", |_| self.launch())?,
            self.case("issuer: admit an agent", |_| self.registration())?,
            self.case("issuer: validate a writ seen for the first time", validate)?,
            self.case("issuer: validate a writ, cached", validate)?,
        ])
    }

    /// A case with the requests that `request` makes from their index.
    fn case(&self, name: &'static str, request: impl Fn(usize) -> Result<Request<Body>>) -> Result<IssuerCase> {
        let requests = (0..=TIMES as usize).map(request).collect::<Result<_>>()?;
        let requests = RefCell::new(requests);
        let case = IssuerCase { name, requests };
        self.send_next(&case).context(name)?;
        Ok(case)
    }

    /// Sends the next request of `case`.
    pub(crate) fn send_next(&self, case: &IssuerCase) -> Result<()> {
        let request = case.requests.borrow_mut().pop().context("no request is left")?;
        self.read_body(&self.app, request).map(drop)
    }

    /// A number that no other request has.
    fn number(&self) -> u64 {
        self.next_number.replace(self.next_number.get() + 1)
    }

    fn task(&self, agents: u64) -> Result<Request<Body>> {
        let task = json!({
            "task_id": format!("task-{:04}", self.number()),
            "orch_id": "planner",
            "ttl": "10m",
            "count": agents,
            "audiences": {AUDIENCE: {"grants": [
                {"type": "writ", "actions": ["search"], "resources": ["flights"],
                 "rules": {"from": {"eq": "JFK"}, "to": {"eq": "LHR"}, "date": {"eq": "2026-05-10"}}},
                {"type": "writ", "actions": ["book"], "resources": ["tickets"],
                 "rules": {"user": {"eq": "X"}, "seats": {"eq": 1}}, "uses": {"max": 1000}},
            ]}},
        });
        post("/v1/tasks", Some(&self.orchestrator), &task)
    }

    /// Begins a task. Returns its writ and the allowance of the writ.
    fn begin_limited_task(&self) -> Result<(String, String)> {
        let task = self.send(self.task(1)?)?;
        let writ = text(&task, "/writs/0/access_token")?;
        let claims = writ
            .split('.')
            .nth(1)
            .and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
        let claims: Value = serde_json::from_slice(&claims.context("the writ has no claims")?)?;
        let allowance = text(&claims, "/authorization_details/1/uses/allowance")?;
        Ok((writ.to_owned(), allowance.to_owned()))
    }

    fn debit(&self, writ: &str, allowance: &str, attempts: usize) -> Result<Request<Body>> {
        let attempts = vec![[allowance]; attempts];
        let debit = json!({"writ": writ, "boot_id": self.boot_id, "counter": self.number(), "attempts": attempts});
        post("/v1/uses", Some(&self.edge), &debit)
    }

    fn launch(&self) -> Result<Request<Body>> {
        let agent = json!({"agent_name": "agent", "allowed_scope": ["read:data:x"], "max_ttl": 3600});
        post("/v1/app/launch-tokens", Some(&self.app_session), &agent)
    }

    fn registration(&self) -> Result<Request<Body>> {
        let launched = self.send(self.launch()?)?;
        let challenge = self.send(Request::get("/v1/challenge").body(Body::empty())?)?;
        let nonce = text(&challenge, "/nonce")?;
        let key = TestKey::of_next_agent();
        let agent = json!({
            "launch_token": text(&launched, "/launch_token")?,
            "nonce": nonce,
            "public_key": STANDARD.encode(key.public()),
            "signature": STANDARD.encode(key.sign(&from_hex(nonce).context("the nonce is not hexadecimal")?)),
            "orch_id": "planner",
            "task_id": format!("agent-{:04}", self.number()),
            "requested_scope": ["read:data:x"],
        });
        post("/v1/register", None, &agent)
    }

    /// Admits an agent. Returns its writ.
    fn admit_agent(&self) -> Result<String> {
        Ok(text(&self.send(self.registration()?)?, "/access_token")?.to_owned())
    }

    fn send(&self, request: Request<Body>) -> Result<Value> {
        self.read_answer(&self.app, request)
    }

    fn read_answer(&self, router: &Router, request: Request<Body>) -> Result<Value> {
        Ok(serde_json::from_slice(&self.read_body(router, request)?)?)
    }

    /// Sends a request. Returns the body of the answer. An answer that is no success is an error.
    fn read_body(&self, router: &Router, request: Request<Body>) -> Result<Vec<u8>> {
        self.runtime.block_on(async {
            let response = router.clone().oneshot(request).await?;
            let status = response.status();
            let body = to_bytes(response.into_body(), usize::MAX).await?;
            ensure!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
            Ok(body.into())
        })
    }
}

fn post(path: &str, login: Option<&str>, body: &Value) -> Result<Request<Body>> {
    let mut request = Request::post(path).header("content-type", "application/json");
    if let Some(login) = login {
        request = request.header("authorization", login);
    }
    Ok(request.body(Body::from(body.to_string()))?)
}

/// The text at a JSON pointer.
fn text<'a>(answer: &'a Value, pointer: &str) -> Result<&'a str> {
    let text = answer.pointer(pointer).and_then(Value::as_str);
    text.with_context(|| format!("no text at `{pointer}`"))
}

fn basic(answer: &Value, id: &str, secret: &str) -> Result<String> {
    let pair = format!("{}:{}", text(answer, id)?, text(answer, secret)?);
    Ok(format!("Basic {}", STANDARD.encode(pair)))
}

fn bearer(session: &Value) -> Result<String> {
    Ok(format!("Bearer {}", text(session, "/access_token")?))
}
