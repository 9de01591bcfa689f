//! Reports about tasks and requests.

use super::AdminState;
use crate::base::id::read_id;
use crate::http::extract::body;
use crate::http::problem::Problem;
use crate::http::response;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::json::document::Node;
use edgewrit_shared::limits::JSON_VALUES;
use serde_json::{Value, json};
use std::sync::Arc;

/// Events of one request that are shown.
const EVENTS: u64 = 100;

/// Granted against used.
pub(super) async fn show(State(state): State<Arc<AdminState>>, request: Request) -> Result<Response, Problem> {
    let read = |node: &Node<'_>| {
        let members = node.object(&["task_id", "client_id"])?;
        let client_id = members.optional("client_id").map(read_id);
        Some((
            members.required("task_id").and_then(read_id)?,
            client_id.unwrap_or_default(),
        ))
    };
    let ((task_id, client_id), _) = body::json(request, JSON_VALUES, read).await?;
    let report = state.reports.of_operator(client_id, &task_id).await?;
    Ok(response::json(StatusCode::OK, &report))
}

/// The events of one request.
pub(super) async fn why(State(state): State<Arc<AdminState>>, request: Request) -> Result<Response, Problem> {
    let read = |node: &Node<'_>| {
        node.object(&["request_id"])?
            .required("request_id")?
            .text()
            .map(str::to_owned)
    };
    let (request_id, _) = body::json(request, JSON_VALUES, read).await?;
    let events = state.events.find_of_request(request_id, EVENTS).await?;
    let events: Vec<Value> = events
        .iter()
        .filter_map(|link| serde_json::from_str(&link.line).ok())
        .collect();
    Ok(response::json(StatusCode::OK, &json!({"events": events})))
}
