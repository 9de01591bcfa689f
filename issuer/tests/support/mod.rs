//! An issuer without a socket: a data directory of its own, a clock that the test turns, and its
//! two routers.

pub(crate) mod agentwrit;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use edgewrit_issuer::Issuer;
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::config::Config;
use edgewrit_issuer::data::{Data, OpenDataError, Opening};
use edgewrit_issuer::history::History;
use edgewrit_issuer::stopping::Stopping;
use edgewrit_issuer::{AdminState, admin, app};
use edgewrit_shared::bundle::{Snapshot, Trust};
use edgewrit_shared::edge_api::bundle;
use edgewrit_shared::jose::keys::PublicKey;
use edgewrit_shared::time::UnixSeconds;
use http_body_util::BodyExt as _;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const TRAVEL: &str = "https://travel.example";
/// 2026-05-10T12:00:00Z.
pub(crate) const NOON: u64 = 1_778_414_400;

pub(crate) struct Bench {
    pub(crate) app: Router,
    pub(crate) admin: Router,
    pub(crate) pin: String,
    pub(crate) clock: Arc<AtomicU64>,
    /// How long those are held up who have read the clock: up to seven times so many microseconds.
    pub(crate) lag: Arc<AtomicU64>,
    pub(crate) say_stop: watch::Sender<bool>,
    pub(crate) data: Arc<Data>,
    config: Config,
    folder: Option<TempDir>,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// The caller: the value of an `authorization` header.
#[derive(Clone, Debug)]
pub(crate) struct Login(pub(crate) String);

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(Config::new(ISSUER, None).unwrap()).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        let noon = Arc::new(AtomicU64::new(NOON * 1000));
        let private = Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().permissions(private).tempdir().unwrap();
        Self::on(folder, noon, config).await
    }

    pub(crate) async fn on(folder: TempDir, clock: Arc<AtomicU64>, config: Config) -> Self {
        let (reading, lag) = (Arc::clone(&clock), Arc::new(AtomicU64::new(0)));
        let lagging = Arc::clone(&lag);
        let clock_of = Clock::new(move || {
            let now = reading.load(Ordering::SeqCst);
            std::thread::sleep(Duration::from_micros(now / 250 % 8 * lagging.load(Ordering::SeqCst)));
            Duration::from_millis(now)
        });
        let data = Arc::new(Data::open(folder.path(), clock_of).await.unwrap());
        let pin = data.keyring.key_set().pins().remove(0);
        let office = AdminState::new(Arc::clone(&data), Some(ISSUER.to_owned()));
        let (say_stop, stopping) = Stopping::channel();
        let issuer = Issuer::new(config.clone(), Arc::clone(&data), stopping);
        Self {
            app: app(Arc::new(issuer)),
            admin: admin(Arc::new(office)),
            pin,
            clock,
            lag,
            say_stop,
            data,
            config,
            folder: Some(folder),
        }
    }

    /// The same data directory, opened again.
    pub(crate) async fn reopened(mut self) -> Self {
        let folder = self.folder.take().unwrap();
        let (clock, config) = (Arc::clone(&self.clock), self.config.clone());
        drop(self);
        Self::on(folder, clock, config).await
    }

    /// Another data directory, opened with the same clock and settings.
    pub(crate) async fn with_folder(&self, folder: TempDir) -> Self {
        Self::on(folder, Arc::clone(&self.clock), self.config.clone()).await
    }

    /// The data directory after the issuer has ended.
    pub(crate) fn closed(mut self) -> ClosedDataDirectory {
        let folder = self.folder.take().unwrap();
        let (clock, config) = (Arc::clone(&self.clock), self.config.clone());
        ClosedDataDirectory { folder, clock, config }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.as_ref().unwrap().path()
    }

    pub(crate) fn now(&self) -> UnixSeconds {
        UnixSeconds(self.clock.load(Ordering::SeqCst) / 1000)
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        send(&self.app, request).await
    }

    /// The body of an operator's request.
    pub(crate) async fn admin_post(&self, path: &str, body: &Value) -> Answer {
        send(&self.admin, post(None, path, body)).await
    }

    /// A GET that can be waited for elsewhere.
    pub(crate) fn get_later(&self, path: &str) -> impl Future<Output = Answer> + use<> {
        let (app, request) = (self.app.clone(), Request::get(path).body(Body::empty()).unwrap());
        async move { send(&app, request).await }
    }

    /// The lines of the audit.
    pub(crate) fn history(&self) -> Vec<String> {
        let links = History::open(self.path()).unwrap().after(0, 10_000).unwrap();
        links.into_iter().map(|link| link.line).collect()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, login: &Login, path: &str, body: &Value) -> Answer {
        self.send(post(Some(login), path, body)).await
    }

    /// The writ of a new task.
    pub(crate) async fn writ(&self, client: &Login, task_id: &str) -> String {
        let answer = self.post(client, "/v1/tasks", &travel_task(task_id)).await;
        answer.tokens().remove(0)
    }

    pub(crate) async fn form(&self, login: Option<&Login>, pairs: &[(&str, &str)]) -> Answer {
        self.form_to("/oauth/token", login, pairs).await
    }

    pub(crate) async fn form_to(&self, path: &str, login: Option<&Login>, pairs: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let mut request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        if let Some(Login(login)) = login {
            request = request.header("authorization", login);
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub(crate) async fn client(&self, ceiling: Value) -> Login {
        let name = format!("client-{}", self.next());
        let answer = send(
            &self.admin,
            post(None, "/clients", &json!({"name": name, "ceiling": ceiling})),
        )
        .await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let body = answer.json();
        Login::basic(
            body["client_id"].as_str().unwrap(),
            body["client_secret"].as_str().unwrap(),
        )
    }

    pub(crate) async fn edge(&self, audience: &str) -> Login {
        let name = format!("edge-{}", self.next());
        let body = json!({"name": name, "audience": audience, "upstreams": ["https://api.travel.example"]});
        let answer = send(&self.admin, post(None, "/edges", &body)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let edge = &answer.json()["edge"];
        Login::basic(edge["id"].as_str().unwrap(), edge["credential"].as_str().unwrap())
    }

    fn next(&self) -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        NEXT.fetch_add(1, Ordering::SeqCst)
    }

    /// A bundle as an edge reads it.
    pub(crate) async fn snapshot(&self) -> Snapshot {
        let answer = self.get(bundle::PATH).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        Snapshot::apply(None, &answer.body, &self.trust(), self.now()).unwrap()
    }

    pub(crate) fn trust_in(&self, pins: &[&Value]) -> Trust {
        let key = |pin: &&Value| PublicKey::from_x(pin.as_str().unwrap()).unwrap();
        Trust {
            issuer: ISSUER.to_owned(),
            pins: pins.iter().map(key).collect(),
        }
    }

    pub(crate) fn trust(&self) -> Trust {
        Trust {
            issuer: ISSUER.to_owned(),
            pins: vec![PublicKey::from_x(&self.pin).unwrap()],
        }
    }
}

/// A data directory that no issuer holds.
pub(crate) struct ClosedDataDirectory {
    folder: TempDir,
    clock: Arc<AtomicU64>,
    config: Config,
}

impl ClosedDataDirectory {
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Tries to open it, as a start does.
    pub(crate) async fn tried(&self, opening: Opening) -> Result<Data, OpenDataError> {
        let clock = Arc::clone(&self.clock);
        let clock = Clock::new(move || Duration::from_millis(clock.load(Ordering::SeqCst)));
        Data::open_as(self.path(), clock, opening).await
    }

    /// Why it does not open.
    pub(crate) async fn refused(&self) -> String {
        self.tried(Opening::default()).await.unwrap_err().to_string()
    }

    pub(crate) async fn opened(self) -> Bench {
        Bench::on(self.folder, self.clock, self.config).await
    }

    /// Runs `sql` on its database.
    pub(crate) fn alter(&self, sql: &str) {
        let connection = Connection::open(self.path().join("issuer.db")).unwrap();
        connection.execute_batch(sql).unwrap();
    }
}

impl Login {
    pub(crate) fn basic(id: &str, secret: &str) -> Self {
        Self(format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))
    }

    /// Id and secret.
    pub(crate) fn parts(&self) -> (String, String) {
        let text = STANDARD.decode(self.0.strip_prefix("Basic ").unwrap()).unwrap();
        let text = String::from_utf8(text).unwrap();
        let (id, secret) = text.split_once(':').unwrap();
        (id.to_owned(), secret.to_owned())
    }
}

pub(crate) fn post(login: Option<&Login>, path: &str, body: &Value) -> Request<Body> {
    let mut request = Request::post(path).header("content-type", "application/json");
    if let Some(Login(login)) = login {
        request = request.header("authorization", login);
    }
    request.body(Body::from(body.to_string())).unwrap()
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes().to_vec(),
    }
}

/// Copies a data directory with the modes that the issuer gives to it.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, Permissions::from_mode(0o700)).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), &to).unwrap();
            fs::set_permissions(&to, Permissions::from_mode(0o600)).unwrap();
        }
    }
}

/// Sends all requests at once; answers in the order in which they came back.
pub(crate) async fn at_once(router: &Router, requests: Vec<Request<Body>>) -> Vec<Answer> {
    let mut running = JoinSet::new();
    for request in requests {
        let router = router.clone();
        running.spawn(async move { send(&router, request).await });
    }
    running.join_all().await
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks that this is a problem as documented, and answers its faults as `place: message`.
    pub(crate) fn problem(&self, status: u16, code: &str) -> Vec<String> {
        let body = self.json();
        assert_eq!(
            (self.status.as_u16(), body["error_code"].as_str()),
            (status, Some(code)),
            "{body}"
        );
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["type"], format!("urn:edgewrit:error:{code}"));
        assert_eq!(body["status"], status);
        assert_eq!(body["request_id"], self.header("x-request-id"));
        let fault = |fault: &Value| {
            format!(
                "{}: {}",
                fault["place"].as_str().unwrap(),
                fault["message"].as_str().unwrap()
            )
        };
        body["problems"].as_array().into_iter().flatten().map(fault).collect()
    }

    /// The tokens of a task's answer.
    pub(crate) fn tokens(&self) -> Vec<String> {
        assert_eq!(self.status, 201, "{}", self.text());
        let writs = self.json()["writs"].as_array().unwrap().clone();
        writs
            .iter()
            .map(|writ| writ["access_token"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// The payload of a token, by whichever key it was signed.
pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// Searching any flight, and booking tickets, for an hour.
pub(crate) fn travel_ceiling() -> Value {
    json!([{
        "audience": TRAVEL,
        "grants": [
            {"type": "writ", "actions": ["search"], "resources": ["flights"]},
            {"type": "writ", "actions": ["book"], "resources": ["tickets"]},
        ],
        "ttl_max": "1h",
    }])
}

/// The travel story: search one route, book one ticket.
pub(crate) fn travel_task(task_id: &str) -> Value {
    json!({
        "task_id": task_id,
        "orch_id": "orch-1",
        "audiences": {TRAVEL: {"grants": [
            {"type": "writ", "actions": ["search"], "resources": ["flights"],
             "rules": {"from": {"eq": "JFK"}, "to": {"eq": "LHR"}, "date": {"eq": "2026-05-10"}}},
            {"type": "writ", "actions": ["book"], "resources": ["tickets"],
             "rules": {"user": {"eq": "X"}, "seats": {"eq": 1}}, "uses": {"max": 1}},
        ]}},
        "ttl": "10m",
    })
}
