//! `/v1/tasks`: the endpoints of orchestrators.

use crate::audit::RequestInfo;
use crate::base::rfc3339;
use crate::http::app_state::AppState;
use crate::http::endpoints::Endpoints;
use crate::http::extract::callers::AuthenticatedClient;
use crate::http::extract::request_body::{EmptyBody, JsonBody, JsonRequest, PathId};
use crate::http::problem::{Code, Problem};
use crate::http::response;
use crate::policy::task_request::TaskRequest;
use crate::state::Issuer;
use crate::store::rows::task::Repetition;
use crate::tasks::lifecycle::Started;
use crate::tokens::mint::SignedWrit;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use edgewrit_shared::json::document::Node;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// Longest `Idempotency-Key`, in characters.
const KEY_CHARACTERS: usize = 128;

pub(super) fn routes() -> Endpoints<AppState> {
    Endpoints::new()
        .post("/v1/tasks", start)
        .get("/v1/tasks/{task_id}", show)
        .post("/v1/tasks/{task_id}/complete", complete)
}

#[derive(Serialize)]
struct TaskAnswer<'a> {
    task_id: &'a str,
    expires_at: String,
    writs: Vec<AnsweredWrit<'a>>,
}

#[derive(Serialize)]
struct AnsweredWrit<'a> {
    audience: &'a str,
    access_token: &'a str,
    agent_id: &'a str,
    jti: &'a str,
    expires_in: u64,
}

impl<'a> From<&'a Started> for TaskAnswer<'a> {
    fn from(started: &'a Started) -> Self {
        Self {
            task_id: &started.task.ask.task_id,
            expires_at: rfc3339::write(started.task.term.expires),
            writs: started.writs.iter().map(AnsweredWrit::from).collect(),
        }
    }
}

impl<'a> From<&'a SignedWrit> for AnsweredWrit<'a> {
    fn from(writ: &'a SignedWrit) -> Self {
        Self {
            audience: &writ.audience,
            access_token: writ.token.expose(),
            agent_id: &writ.agent_id,
            jti: &writ.jti,
            expires_in: writ.expires_in,
        }
    }
}

impl JsonRequest for TaskRequest {
    fn read(node: &Node<'_>) -> Option<Self> {
        Self::read(node)
    }
}

async fn start(
    AuthenticatedClient(client): AuthenticatedClient,
    State(issuer): State<Arc<Issuer>>,
    info: RequestInfo,
    IdempotencyKey(key): IdempotencyKey,
    JsonBody { value: ask, bytes }: JsonBody<TaskRequest>,
) -> Result<Response, Problem> {
    let repeat = key.map(|key| repeat(key, &bytes));
    let started = issuer.tasks.start(&client, ask, repeat, &info).await?;
    Ok(response::json(StatusCode::CREATED, &TaskAnswer::from(&started)))
}

/// The key by which a client repeats a request, if it has one.
struct IdempotencyKey(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        repeat_key(&parts.headers).map(Self)
    }
}

fn repeat(key: String, body: &Bytes) -> Repetition {
    let hash = Sha256::digest(body).into();
    Repetition { key, hash }
}

fn repeat_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut all = headers.get_all("idempotency-key").iter();
    let key = match (all.next(), all.next()) {
        (None, _) => return Ok(None),
        (Some(only), None) => only.to_str().unwrap_or_default(),
        _ => "",
    };
    if (1..=KEY_CHARACTERS).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Some(key.to_owned()));
    }
    let expected = format!("expected one `idempotency-key` of 1 to {KEY_CHARACTERS} visible ASCII characters");
    Err(Problem::new(Code::BadRequest).detail(expected))
}

/// The report of a task: its grants, and their use.
async fn show(
    AuthenticatedClient(client): AuthenticatedClient,
    State(issuer): State<Arc<Issuer>>,
    PathId(task_id): PathId,
) -> Result<Response, Problem> {
    let report = issuer.reports.of_client(&client.client_id, &task_id).await?;
    Ok(response::json(StatusCode::OK, &report.ok_or(Code::NotFound)?))
}

async fn complete(
    AuthenticatedClient(client): AuthenticatedClient,
    State(issuer): State<Arc<Issuer>>,
    info: RequestInfo,
    PathId(task_id): PathId,
    _: EmptyBody,
) -> Result<Response, Problem> {
    let completed = issuer.tasks.complete(&client, task_id.clone(), &info).await?;
    let completed = completed.ok_or(Problem::new(Code::NotFound))?;
    let answer = json!({"task_id": task_id, "completed_at": rfc3339::write(completed)});
    Ok(response::json(StatusCode::OK, &answer))
}
