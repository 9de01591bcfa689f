//! OAuth: tokens (RFC 6749), introspection (RFC 7662) and revocation (RFC 7009).

use crate::http::app_state::AppState;
use axum::Router;
use axum::routing::post;

mod client;
mod error;
mod form;
mod grants;
mod introspect;
mod revoke;
mod token;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/oauth/token", post(token::token))
        .route("/oauth/introspect", post(introspect::introspect))
        .route("/oauth/revoke", post(revoke::revoke))
}
