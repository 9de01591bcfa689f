//! A copy of everything that is needed to go on elsewhere.

use super::AdminState;
use crate::audit::RequestInfo;
use crate::http::extract::callers::SocketOperator;
use crate::http::extract::request_body::{JsonBody, JsonRequest};
use crate::http::problem::Problem;
use crate::http::response;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::json::document::Node;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) async fn back_up(
    _: SocketOperator,
    State(state): State<Arc<AdminState>>,
    info: RequestInfo,
    JsonBody { value, .. }: JsonBody<BackupRequest>,
) -> Result<Response, Problem> {
    let BackupRequest { to } = value;
    let bytes = state.backups.make(to.clone(), &info).await?;
    tracing::info!(bytes, "backed up");
    Ok(response::json(StatusCode::OK, &json!({"to": to, "bytes": bytes})))
}

/// The folder that a backup makes.
pub(super) struct BackupRequest {
    to: PathBuf,
}

impl JsonRequest for BackupRequest {
    fn read(node: &Node<'_>) -> Option<Self> {
        let to = node.object(&["to"])?.required("to")?.text().map(PathBuf::from)?;
        Some(Self { to })
    }
}
