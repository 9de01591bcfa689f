//! The endpoints that need no authentication: keys, metadata, health.

use crate::http::app_state::AppState;
use crate::http::endpoints::Endpoints;
use crate::http::extract::callers::Unauthenticated;
use crate::http::response::{bytes_of, json, with_cache_control};
use crate::state::Issuer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::jose::keys::PublicKey;
use serde_json::json;
use std::sync::Arc;

/// Others may keep keys and metadata for five minutes. Edges do not use these: they follow the
/// bundle.
const CACHED: &str = "public, max-age=300";

pub(super) fn routes() -> Endpoints<AppState> {
    Endpoints::new()
        .get("/.well-known/jwks.json", keys)
        .get("/.well-known/oauth-authorization-server", metadata)
        .get("/healthz", health)
        .get("/readyz", ready)
}

/// The keys that sign writs (RFC 7517).
async fn keys(_: Unauthenticated, State(issuer): State<Arc<Issuer>>) -> Response {
    let keys: Vec<_> = issuer
        .keyring
        .key_set()
        .verifying()
        .iter()
        .map(PublicKey::to_jwk)
        .collect();
    let keys = format!("{{\"keys\":[{}]}}", keys.join(","));
    with_cache_control(bytes_of(StatusCode::OK, "application/jwk-set+json", keys), CACHED)
}

/// The metadata of the OAuth server (RFC 8414).
async fn metadata(_: Unauthenticated, State(issuer): State<Arc<Issuer>>) -> Response {
    let origin = issuer.config.issuer.as_str();
    let metadata = json!({
        "issuer": origin,
        "token_endpoint": format!("{origin}/oauth/token"),
        "introspection_endpoint": format!("{origin}/oauth/introspect"),
        "revocation_endpoint": format!("{origin}/oauth/revoke"),
        "jwks_uri": format!("{origin}/.well-known/jwks.json"),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "authorization_details_types_supported": ["writ"],
    });
    with_cache_control(json(StatusCode::OK, &metadata), CACHED)
}

/// Whether the database can be read.
async fn health(_: Unauthenticated, State(issuer): State<Arc<Issuer>>) -> Response {
    match issuer.health.is_readable().await {
        true => json(StatusCode::OK, &json!({"status": "ok"})),
        false => json(StatusCode::SERVICE_UNAVAILABLE, &json!({"status": "unavailable"})),
    }
}

/// Whether requests should be sent here: the database answers, what is revoked is known, and the
/// issuer is not stopping.
async fn ready(_: Unauthenticated, State(issuer): State<Arc<Issuer>>) -> Response {
    match issuer.health.is_ready().await {
        true => json(StatusCode::OK, &json!({"status": "ready"})),
        false => json(StatusCode::SERVICE_UNAVAILABLE, &json!({"status": "unavailable"})),
    }
}
