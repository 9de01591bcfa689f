//! A copy of everything that is needed to go on elsewhere.

use super::AdminState;
use crate::http::extract::body;
use crate::http::extract::request_info::request_info;
use crate::http::problem::Problem;
use crate::http::response;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::json::document::Node;
use edgewrit_shared::limits::JSON_VALUES;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) async fn back_up(State(state): State<Arc<AdminState>>, request: Request) -> Result<Response, Problem> {
    let info = request_info(request.headers());
    let read = |node: &Node<'_>| node.object(&["to"])?.required("to")?.text().map(PathBuf::from);
    let (to, _) = body::json(request, JSON_VALUES, read).await?;
    let bytes = state.backups.make(to.clone(), &info).await?;
    tracing::info!(bytes, "backed up");
    Ok(response::json(StatusCode::OK, &json!({"to": to, "bytes": bytes})))
}
