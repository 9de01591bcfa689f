//! Reports about tasks and requests.

use super::AdminState;
use crate::base::id::read_id;
use crate::http::extract::callers::SocketOperator;
use crate::http::extract::request_body::{JsonBody, JsonRequest};
use crate::http::problem::Problem;
use crate::http::response;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::json::document::Node;
use serde_json::{Value, json};
use std::sync::Arc;

/// Events of one request that are shown.
const EVENTS: u64 = 100;

/// Granted against used.
pub(super) async fn show(
    _: SocketOperator,
    State(state): State<Arc<AdminState>>,
    JsonBody { value, .. }: JsonBody<ReportRequest>,
) -> Result<Response, Problem> {
    let ReportRequest { task_id, client_id } = value;
    let report = state.reports.of_operator(client_id, &task_id).await?;
    Ok(response::json(StatusCode::OK, &report))
}

/// The events of one request.
pub(super) async fn why(
    _: SocketOperator,
    State(state): State<Arc<AdminState>>,
    JsonBody { value, .. }: JsonBody<RequestHistory>,
) -> Result<Response, Problem> {
    let RequestHistory { request_id } = value;
    let events = state.events.find_of_request(request_id, EVENTS).await?;
    let events: Vec<Value> = events
        .iter()
        .filter_map(|link| serde_json::from_str(&link.line).ok())
        .collect();
    Ok(response::json(StatusCode::OK, &json!({"events": events})))
}

/// A task to report, of one client or of any.
pub(super) struct ReportRequest {
    task_id: String,
    client_id: Option<String>,
}

impl JsonRequest for ReportRequest {
    fn read(node: &Node<'_>) -> Option<Self> {
        let members = node.object(&["task_id", "client_id"])?;
        let client_id = members.optional("client_id").map(read_id);
        let task_id = members.required("task_id").and_then(read_id)?;
        let client_id = client_id.unwrap_or_default();
        Some(Self { task_id, client_id })
    }
}

/// A request whose events are wanted.
pub(super) struct RequestHistory {
    request_id: String,
}

impl JsonRequest for RequestHistory {
    fn read(node: &Node<'_>) -> Option<Self> {
        let request_id = node.object(&["request_id"])?.required("request_id")?.text()?;
        Some(Self {
            request_id: request_id.to_owned(),
        })
    }
}
