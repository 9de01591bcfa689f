//! The endpoints of edges: boots, uses and records.

use crate::audit::RequestInfo;
use crate::http::app_state::AppState;
use crate::http::endpoints::Endpoints;
use crate::http::extract::callers::AuthenticatedEdge;
use crate::http::extract::request_body::{EmptyBody, JsonBody, JsonRequest};
use crate::http::problem::{Code, Problem};
use crate::http::response::bytes_of;
use crate::state::Issuer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::edge_api::records::{BATCH_VALUES, BatchRequest};
use edgewrit_shared::edge_api::uses::{DEBIT_VALUES, DebitRequest};
use edgewrit_shared::edge_api::{boot, records, uses};
use edgewrit_shared::json::document::Node;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

pub(super) fn routes() -> Endpoints<AppState> {
    Endpoints::new()
        .post(boot::PATH, boot_edge)
        .post(uses::PATH, debit_uses)
        .post(records::PATH, take_records)
}

impl JsonRequest for DebitRequest {
    const VALUES: usize = DEBIT_VALUES;

    fn read(node: &Node<'_>) -> Option<Self> {
        Self::read(node)
    }
}

impl JsonRequest for BatchRequest {
    const VALUES: usize = BATCH_VALUES;

    fn read(node: &Node<'_>) -> Option<Self> {
        Self::read(node)
    }
}

async fn boot_edge(
    AuthenticatedEdge(edge): AuthenticatedEdge,
    State(issuer): State<Arc<Issuer>>,
    info: RequestInfo,
    _: EmptyBody,
) -> Result<Response, Problem> {
    let boot_id = issuer.edges.boot(&edge, &info).await?;
    Ok(answer(StatusCode::CREATED, boot::write_answer(&boot_id)))
}

async fn debit_uses(
    AuthenticatedEdge(edge): AuthenticatedEdge,
    State(issuer): State<Arc<Issuer>>,
    info: RequestInfo,
    JsonBody { value: debit, bytes }: JsonBody<DebitRequest>,
) -> Result<Response, Problem> {
    let request = Sha256::digest(&bytes).into();
    let spent = issuer.edges.spend(&edge, debit, request, &info).await?;
    Ok(answer(StatusCode::OK, uses::write_answer(&spent)))
}

async fn take_records(
    AuthenticatedEdge(edge): AuthenticatedEdge,
    State(issuer): State<Arc<Issuer>>,
    JsonBody { value: batch, .. }: JsonBody<BatchRequest>,
) -> Result<Response, Problem> {
    let last = issuer.edges.take_in(&edge, batch).await?;
    let last = last.ok_or(Code::UnknownBoot)?;
    Ok(answer(StatusCode::OK, records::write_answer(last)))
}

fn answer(status: StatusCode, body: String) -> Response {
    bytes_of(status, "application/json", body)
}
