//! Signing keys: their states, rotation, and giving one up.

use super::AdminState;
use crate::base::rfc3339;
use crate::http::extract::body;
use crate::http::problem::Problem;
use crate::http::response;
use crate::keys::KeyJob;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::json::document::Node;
use edgewrit_shared::limits::JSON_VALUES;
use serde_json::json;
use std::sync::Arc;

pub(super) async fn list(State(state): State<Arc<AdminState>>, request: Request) -> Result<Response, Problem> {
    body::expect_empty(request).await?;
    let key_set = state.keyring.key_set();
    let mut rows: Vec<_> = key_set.rows.iter().collect();
    rows.sort_by_key(|row| (row.job, row.state));
    let keys = rows.into_iter().map(|row| {
        let since = rfc3339::write(row.since);
        json!({"job": row.job.as_str(), "state": row.state.as_str(), "kid": row.kid, "since": since})
    });
    Ok(response::json(
        StatusCode::OK,
        &json!({"keys": keys.collect::<Vec<_>>()}),
    ))
}

pub(super) async fn rotate(State(state): State<Arc<AdminState>>, request: Request) -> Result<Response, Problem> {
    let read = |node: &Node<'_>| node.object(&["job"])?.required("job").and_then(read_job);
    let (job, _) = body::json(request, JSON_VALUES, read).await?;
    let kid = state.keyring.rotate(job).await?;
    tracing::info!(job = job.as_str(), kid, "key rotated");
    let key_set = state.keyring.key_set();
    let answer = json!({"job": job.as_str(), "kid": kid, "trust": key_set.pins()});
    Ok(response::json(StatusCode::OK, &answer))
}

pub(super) async fn drop_key(State(state): State<Arc<AdminState>>, request: Request) -> Result<Response, Problem> {
    let read = |node: &Node<'_>| node.object(&["kid"])?.required("kid")?.text().map(str::to_owned);
    let (kid, _) = body::json(request, JSON_VALUES, read).await?;
    state.keyring.drop_key(&kid).await?;
    tracing::info!(kid, "key dropped");
    Ok(response::json(StatusCode::OK, &json!({"kid": kid})))
}

fn read_job(node: &Node<'_>) -> Option<KeyJob> {
    let job = KeyJob::parse(node.text()?);
    job.or_else(|| node.expected("`writ`, `bundle`, `checkpoint`, `delegation` or `session`"))
}
