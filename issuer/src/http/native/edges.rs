//! The endpoints of edges: boots, uses and records.

use crate::edges::records::{BATCH_VALUES, RecordBatch};
use crate::edges::spend::DebitRequest;
use crate::http::app_state::AppState;
use crate::http::extract::request_info::request_info;
use crate::http::extract::{auth, body};
use crate::http::problem::{Code, Problem};
use crate::http::response;
use crate::state::Issuer;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use edgewrit_shared::limits::JSON_VALUES;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/v1/edges/boot", post(boot))
        .route("/v1/uses", post(uses))
        .route("/v1/records", post(records))
}

async fn boot(State(issuer): State<Arc<Issuer>>, request: Request) -> Result<Response, Problem> {
    let edge = auth::authenticate_edge(&issuer, request.headers())?;
    let info = request_info(request.headers());
    body::expect_empty(request).await?;
    let boot_id = issuer.edges.boot(&edge, &info).await?;
    Ok(response::json(StatusCode::CREATED, &json!({"boot_id": boot_id})))
}

async fn uses(State(issuer): State<Arc<Issuer>>, request: Request) -> Result<Response, Problem> {
    let edge = auth::authenticate_edge(&issuer, request.headers())?;
    let info = request_info(request.headers());
    let (debit, bytes) = body::json(request, JSON_VALUES, DebitRequest::read).await?;
    let spent = issuer
        .edges
        .spend(&edge, debit, Sha256::digest(&bytes).into(), &info)
        .await?;
    Ok(response::json(StatusCode::OK, &json!({"spent": spent})))
}

async fn records(State(issuer): State<Arc<Issuer>>, request: Request) -> Result<Response, Problem> {
    let edge = auth::authenticate_edge(&issuer, request.headers())?;
    let (batch, _) = body::json(request, BATCH_VALUES, RecordBatch::read).await?;
    let last = issuer.edges.take_in(&edge, batch).await?;
    let last = last.ok_or(Code::UnknownBoot)?;
    Ok(response::json(StatusCode::OK, &json!({"recorded": last})))
}
