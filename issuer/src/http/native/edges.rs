//! The endpoints of edges: boots, uses and records.

use crate::edges::records::RecordBatch;
use crate::http::app_state::AppState;
use crate::http::extract::request_info::request_info;
use crate::http::extract::{auth, body};
use crate::http::problem::{Code, Problem};
use crate::http::response::bytes_of;
use crate::state::Issuer;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use edgewrit_shared::edge_api::records::BATCH_VALUES;
use edgewrit_shared::edge_api::uses::{DEBIT_VALUES, DebitRequest};
use edgewrit_shared::edge_api::{boot, records, uses};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(boot::PATH, post(boot_edge))
        .route(uses::PATH, post(debit_uses))
        .route(records::PATH, post(take_records))
}

async fn boot_edge(State(issuer): State<Arc<Issuer>>, request: Request) -> Result<Response, Problem> {
    let edge = auth::authenticate_edge(&issuer, request.headers())?;
    let info = request_info(request.headers());
    body::expect_empty(request).await?;
    let boot_id = issuer.edges.boot(&edge, &info).await?;
    Ok(answer(StatusCode::CREATED, boot::write_answer(&boot_id)))
}

async fn debit_uses(State(issuer): State<Arc<Issuer>>, request: Request) -> Result<Response, Problem> {
    let edge = auth::authenticate_edge(&issuer, request.headers())?;
    let info = request_info(request.headers());
    let (debit, bytes) = body::json(request, DEBIT_VALUES, DebitRequest::read).await?;
    let spent = issuer
        .edges
        .spend(&edge, debit, Sha256::digest(&bytes).into(), &info)
        .await?;
    Ok(answer(StatusCode::OK, uses::write_answer(&spent)))
}

async fn take_records(State(issuer): State<Arc<Issuer>>, request: Request) -> Result<Response, Problem> {
    let edge = auth::authenticate_edge(&issuer, request.headers())?;
    let (batch, _) = body::json(request, BATCH_VALUES, RecordBatch::read).await?;
    let last = issuer.edges.take_in(&edge, batch).await?;
    let last = last.ok_or(Code::UnknownBoot)?;
    Ok(answer(StatusCode::OK, records::write_answer(last)))
}

fn answer(status: StatusCode, body: String) -> Response {
    bytes_of(status, "application/json", body)
}
