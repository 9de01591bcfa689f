//! Registering edges, giving them other credentials.

use super::{AdminState, OVERLAP_MAX};
use crate::base::id::read_id;
use crate::base::origin::{Origin, expected_origin};
use crate::http::extract::callers::SocketOperator;
use crate::http::extract::request_body::{JsonBody, JsonRequest};
use crate::http::problem::{Code, Problem};
use crate::http::response;
use crate::policy::ceiling::read_audience;
use crate::policy::task_request::read_name;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::json::document::Node;
use serde_json::json;
use std::sync::Arc;

/// Upstreams of one edge.
const UPSTREAMS: usize = 64;

/// An edge as asked for.
pub(super) struct NewEdge {
    name: String,
    audience: String,
    upstreams: Vec<String>,
    issuer: Option<String>,
}

pub(super) async fn add(
    _: SocketOperator,
    State(state): State<Arc<AdminState>>,
    JsonBody { value: edge, .. }: JsonBody<NewEdge>,
) -> Result<Response, Problem> {
    let Some(issuer) = state.issuer.clone().or(edge.issuer) else {
        let how = "start `edgewrit serve` once, or name it with `--issuer`";
        return Err(Problem::new(Code::IssuerUnknown).detail(how));
    };
    let upstreams = json!(edge.upstreams);
    let add = state
        .registry
        .add_edge(edge.name, edge.audience.clone(), upstreams.to_string());
    let credential = add.await?;
    tracing::info!(edge_id = credential.id, "edge registered");
    let answer = json!({
        "issuer": issuer,
        "trust": state.keyring.key_set().pins(),
        "edge": {"id": credential.id, "credential": credential.secret.expose()},
        "audience": edge.audience,
        "upstreams": upstreams,
    });
    Ok(response::json(StatusCode::CREATED, &answer))
}

/// Another credential; the one before is valid for some more time.
pub(super) async fn rotate(
    _: SocketOperator,
    State(state): State<Arc<AdminState>>,
    JsonBody { value, .. }: JsonBody<CredentialRotation>,
) -> Result<Response, Problem> {
    let CredentialRotation { edge, overlap } = value;
    let credential = state.registry.rotate_edge_secret(&edge, overlap).await?;
    tracing::info!(edge_id = credential.id, overlap, "edge has another credential");
    let answer = json!({"edge": {"id": credential.id, "credential": credential.secret.expose()}});
    Ok(response::json(StatusCode::OK, &answer))
}

/// An edge that gets another credential, and for how many seconds the one before stays valid.
pub(super) struct CredentialRotation {
    edge: String,
    overlap: u64,
}

impl JsonRequest for CredentialRotation {
    fn read(node: &Node<'_>) -> Option<Self> {
        let members = node.object(&["edge", "overlap"])?;
        let edge = members.required("edge").and_then(read_id);
        let overlap = members
            .required("overlap")
            .and_then(|node| node.integer(0, OVERLAP_MAX));
        Some(Self {
            edge: edge?,
            overlap: overlap?,
        })
    }
}

impl JsonRequest for NewEdge {
    fn read(node: &Node<'_>) -> Option<Self> {
        let members = node.object(&["name", "audience", "upstreams", "issuer"])?;
        let name = members.required("name").and_then(read_name);
        let audience = members.required("audience").and_then(read_audience);
        let upstreams = members.required("upstreams").and_then(read_upstreams);
        let issuer = members.optional("issuer").map(read_origin);
        Some(Self {
            name: name?,
            audience: audience?,
            upstreams: upstreams?,
            issuer: issuer.unwrap_or_default(),
        })
    }
}

fn read_upstreams(node: &Node<'_>) -> Option<Vec<String>> {
    let items = node.list(UPSTREAMS)?;
    if items.is_empty() {
        node.fault("expected at least one upstream");
    }
    let upstreams: Vec<_> = items.iter().map(read_origin).collect();
    upstreams.into_iter().collect()
}

fn read_origin(node: &Node<'_>) -> Option<String> {
    match Origin::parse(node.text()?) {
        Ok(origin) => Some(origin.as_str().to_owned()),
        Err(fault) => node.expected(&expected_origin(fault)),
    }
}
