//! A copy of everything that is needed to go on elsewhere.

use super::AdminState;
use crate::audit::{Event, EventKind};
use crate::data::backup;
use crate::http::extract::body;
use crate::http::extract::request_info::request_info;
use crate::http::problem::{Code, Problem};
use crate::http::response;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::json::document::Node;
use edgewrit_shared::limits::JSON_VALUES;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::task::spawn_blocking;

pub(super) async fn back_up(State(state): State<Arc<AdminState>>, request: Request) -> Result<Response, Problem> {
    let info = request_info(request.headers());
    let read = |node: &Node<'_>| node.object(&["to"])?.required("to")?.text().map(PathBuf::from);
    let (to, _) = body::json(request, JSON_VALUES, read).await?;
    let (folder, target) = (state.data.folder.clone(), to.clone());
    let copied = spawn_blocking(move || backup::back_up(&folder, &target)).await;
    let bytes = copied.map_err(|_| Problem::new(Code::Internal))??;
    let event = Event::done(EventKind::BackupMade).in_request(&info);
    let event = event.data(&json!({"to": to, "bytes": bytes}));
    state.data.store.write(move |writing| writing.record(&event)).await?;
    tracing::info!(bytes, "backed up");
    Ok(response::json(StatusCode::OK, &json!({"to": to, "bytes": bytes})))
}
