//! Signing keys: their states, rotation, and giving one up.

use super::AdminState;
use crate::base::rfc3339;
use crate::http::extract::callers::SocketOperator;
use crate::http::extract::request_body::{EmptyBody, JsonBody, JsonRequest};
use crate::http::problem::Problem;
use crate::http::response;
use crate::keys::KeyJob;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::json::document::Node;
use serde_json::json;
use std::sync::Arc;

pub(super) async fn list(
    _: SocketOperator,
    State(state): State<Arc<AdminState>>,
    _: EmptyBody,
) -> Result<Response, Problem> {
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

pub(super) async fn rotate(
    _: SocketOperator,
    State(state): State<Arc<AdminState>>,
    JsonBody { value, .. }: JsonBody<KeyRotation>,
) -> Result<Response, Problem> {
    let KeyRotation { job } = value;
    let kid = state.keyring.rotate(job).await?;
    tracing::info!(job = job.as_str(), kid, "key rotated");
    let key_set = state.keyring.key_set();
    let answer = json!({"job": job.as_str(), "kid": kid, "trust": key_set.pins()});
    Ok(response::json(StatusCode::OK, &answer))
}

pub(super) async fn drop_key(
    _: SocketOperator,
    State(state): State<Arc<AdminState>>,
    JsonBody { value, .. }: JsonBody<DroppedKey>,
) -> Result<Response, Problem> {
    let DroppedKey { kid } = value;
    state.keyring.drop_key(&kid).await?;
    tracing::info!(kid, "key dropped");
    Ok(response::json(StatusCode::OK, &json!({"kid": kid})))
}

/// A job whose next key signs from now on.
pub(super) struct KeyRotation {
    job: KeyJob,
}

impl JsonRequest for KeyRotation {
    fn read(node: &Node<'_>) -> Option<Self> {
        let job = node.object(&["job"])?.required("job").and_then(read_job)?;
        Some(Self { job })
    }
}

/// A key that is given up.
pub(super) struct DroppedKey {
    kid: String,
}

impl JsonRequest for DroppedKey {
    fn read(node: &Node<'_>) -> Option<Self> {
        let kid = node.object(&["kid"])?.required("kid")?.text()?.to_owned();
        Some(Self { kid })
    }
}

fn read_job(node: &Node<'_>) -> Option<KeyJob> {
    let job = KeyJob::parse(node.text()?);
    job.or_else(|| node.expected("`writ`, `bundle`, `checkpoint`, `delegation` or `session`"))
}
