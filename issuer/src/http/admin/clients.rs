//! Registers clients, rotates their secrets, and deregisters them.

use super::{AdminState, OVERLAP_MAX};
use crate::base::id::read_id;
use crate::base::rfc3339;
use crate::http::extract::body;
use crate::http::problem::Problem;
use crate::http::response;
use crate::policy::ask::read_name;
use crate::policy::ceiling::{CEILING_VALUES, Ceiling};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::json::document::Node;
use edgewrit_shared::limits::JSON_VALUES;
use serde_json::json;
use std::sync::Arc;

pub(super) async fn add(State(state): State<Arc<AdminState>>, request: Request) -> Result<Response, Problem> {
    let read = |node: &Node<'_>| {
        let members = node.object(&["name", "ceiling"])?;
        let name = members.required("name").and_then(read_name);
        let ceiling = members.required("ceiling").and_then(Ceiling::read);
        Some((name?, ceiling?))
    };
    let ((name, ceiling), _) = body::json(request, CEILING_VALUES, read).await?;
    let credential = state.registry.add_client(name, ceiling, None).await?;
    tracing::info!(client_id = credential.id, "client registered");
    let answer = json!({"client_id": credential.id, "client_secret": credential.secret.expose()});
    Ok(response::json(StatusCode::CREATED, &answer))
}

pub(super) async fn list(State(state): State<Arc<AdminState>>, request: Request) -> Result<Response, Problem> {
    body::expect_empty(request).await?;
    let clients = state.registry.clients();
    let shown = clients.iter().map(|client| {
        json!({
            "client_id": client.client_id,
            "name": client.name(),
            "active": client.is_active(),
            "created_at": rfc3339::write(client.created()),
            "updated_at": rfc3339::write(client.updated()),
        })
    });
    Ok(response::json(
        StatusCode::OK,
        &json!({"clients": shown.collect::<Vec<_>>()}),
    ))
}

/// Another secret; the one before is valid for some more time.
pub(super) async fn rotate(State(state): State<Arc<AdminState>>, request: Request) -> Result<Response, Problem> {
    let read = |node: &Node<'_>| {
        let members = node.object(&["client_id", "overlap"])?;
        let client_id = members.required("client_id").and_then(read_id);
        let overlap = members
            .required("overlap")
            .and_then(|node| node.integer(0, OVERLAP_MAX));
        Some((client_id?, overlap?))
    };
    let ((client_id, overlap), _) = body::json(request, JSON_VALUES, read).await?;
    let credential = state.registry.rotate_secret(&client_id, overlap).await?;
    tracing::info!(client_id, overlap, "client has another secret");
    let answer = json!({"client_id": credential.id, "client_secret": credential.secret.expose()});
    Ok(response::json(StatusCode::OK, &answer))
}

/// Everything of the client ends now.
pub(super) async fn end(State(state): State<Arc<AdminState>>, request: Request) -> Result<Response, Problem> {
    let read = |node: &Node<'_>| node.object(&["client_id"])?.required("client_id").and_then(read_id);
    let (client_id, _) = body::json(request, JSON_VALUES, read).await?;
    let ended = state.registry.end_client(&client_id).await?;
    tracing::info!(client_id, "client shut out");
    let answer = json!({"client_id": client_id, "ended_at": rfc3339::write(ended)});
    Ok(response::json(StatusCode::OK, &answer))
}
