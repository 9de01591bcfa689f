//! `GET /v1/health`. What it costs does not grow with history: the count is the number of the last
//! event.

use crate::http::extract::callers::Unauthenticated;
use crate::http::response;
use crate::state::Issuer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;

pub(super) async fn health(_: Unauthenticated, State(issuer): State<Arc<Issuer>>) -> Response {
    let head = issuer.health.read_head().await;
    let (status, name) = match head {
        Ok(_) => (StatusCode::OK, "ok"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    };
    let health = json!({
        "status": name,
        "version": env!("CARGO_PKG_VERSION"),
        "uptime": issuer.health.uptime(),
        "db_connected": head.is_ok(),
        "audit_events_count": head.map_or(0, |head| head.seq),
    });
    response::json(status, &health)
}
