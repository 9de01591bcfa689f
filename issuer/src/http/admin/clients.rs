//! Registers clients, rotates their secrets, and deregisters them.

use super::{AdminState, OVERLAP_MAX};
use crate::base::id::read_id;
use crate::base::rfc3339;
use crate::http::extract::callers::SocketOperator;
use crate::http::extract::request_body::{EmptyBody, JsonBody, JsonRequest};
use crate::http::problem::Problem;
use crate::http::response;
use crate::policy::ceiling::{CEILING_VALUES, Ceiling};
use crate::policy::task_request::read_name;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::json::document::Node;
use serde_json::json;
use std::sync::Arc;

pub(super) async fn add(
    _: SocketOperator,
    State(state): State<Arc<AdminState>>,
    JsonBody { value, .. }: JsonBody<NewClient>,
) -> Result<Response, Problem> {
    let NewClient { name, ceiling } = value;
    let credential = state.registry.add_client(name, ceiling, None).await?;
    tracing::info!(client_id = credential.id, "client registered");
    let answer = json!({"client_id": credential.id, "client_secret": credential.secret.expose()});
    Ok(response::json(StatusCode::CREATED, &answer))
}

pub(super) async fn list(
    _: SocketOperator,
    State(state): State<Arc<AdminState>>,
    _: EmptyBody,
) -> Result<Response, Problem> {
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
pub(super) async fn rotate(
    _: SocketOperator,
    State(state): State<Arc<AdminState>>,
    JsonBody { value, .. }: JsonBody<SecretRotation>,
) -> Result<Response, Problem> {
    let SecretRotation { client_id, overlap } = value;
    let credential = state.registry.rotate_secret(&client_id, overlap).await?;
    tracing::info!(client_id, overlap, "client has another secret");
    let answer = json!({"client_id": credential.id, "client_secret": credential.secret.expose()});
    Ok(response::json(StatusCode::OK, &answer))
}

/// Everything of the client ends now.
pub(super) async fn end(
    _: SocketOperator,
    State(state): State<Arc<AdminState>>,
    JsonBody { value, .. }: JsonBody<EndedClient>,
) -> Result<Response, Problem> {
    let EndedClient { client_id } = value;
    let ended = state.registry.end_client(&client_id).await?;
    tracing::info!(client_id, "client shut out");
    let answer = json!({"client_id": client_id, "ended_at": rfc3339::write(ended)});
    Ok(response::json(StatusCode::OK, &answer))
}

/// A client to register.
pub(super) struct NewClient {
    name: String,
    ceiling: Ceiling,
}

impl JsonRequest for NewClient {
    const VALUES: usize = CEILING_VALUES;

    fn read(node: &Node<'_>) -> Option<Self> {
        let members = node.object(&["name", "ceiling"])?;
        let name = members.required("name").and_then(read_name);
        let ceiling = members.required("ceiling").and_then(Ceiling::read);
        Some(Self {
            name: name?,
            ceiling: ceiling?,
        })
    }
}

/// A client that gets another secret, and for how many seconds the one before stays valid.
pub(super) struct SecretRotation {
    client_id: String,
    overlap: u64,
}

impl JsonRequest for SecretRotation {
    fn read(node: &Node<'_>) -> Option<Self> {
        let members = node.object(&["client_id", "overlap"])?;
        let client_id = members.required("client_id").and_then(read_id);
        let overlap = members
            .required("overlap")
            .and_then(|node| node.integer(0, OVERLAP_MAX));
        Some(Self {
            client_id: client_id?,
            overlap: overlap?,
        })
    }
}

/// A client that is shut out.
pub(super) struct EndedClient {
    client_id: String,
}

impl JsonRequest for EndedClient {
    fn read(node: &Node<'_>) -> Option<Self> {
        let client_id = node.object(&["client_id"])?.required("client_id").and_then(read_id)?;
        Some(Self { client_id })
    }
}
