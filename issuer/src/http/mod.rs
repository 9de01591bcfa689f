//! The endpoints: each group in a file of its own, translating between HTTP and what the rest of the crate says.

use crate::issuer::Issuer;
use crate::metrics::{self, Metrics};
use crate::problem::{Code, Problem};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use std::sync::Arc;

mod admin;
mod agentwrit;
mod answer;
mod auth;
mod body;
mod body_budget;
mod bundle;
mod edges;
mod finish;
mod oauth;
mod request;
mod source;
mod state;
mod tasks;
mod wellknown;

pub use admin::Office;
use finish::Names;
pub use source::Peer;
use state::AppState;

/// Longest body of a request, in bytes.
pub const BODY_BYTES: usize = 1024 * 1024;
/// Longest body on the administrator's socket, in bytes: a ceiling of ten thousand grants fits.
pub const ADMIN_BODY_BYTES: usize = 16 * 1024 * 1024;

/// The endpoints that everyone on the network can reach, authenticated or not.
pub fn app(issuer: Arc<Issuer>) -> Router {
    counted_app(issuer, Arc::default())
}

/// The same, whose requests `metrics` counts.
pub(crate) fn counted_app(issuer: Arc<Issuer>, metrics: Arc<Metrics>) -> Router {
    let encrypted = issuer.config.behind_tls_proxy;
    let routes = Router::new()
        .fallback(agentwrit::nowhere)
        .merge(wellknown::routes())
        .merge(bundle::routes())
        .merge(oauth::routes())
        .merge(tasks::routes())
        .merge(agentwrit::routes())
        .merge(edges::routes())
        .with_state(AppState::new(issuer));
    let app = finished(routes, BODY_BYTES).layer(from_fn_with_state(metrics, metrics::count));
    if encrypted {
        return app.layer(map_response(finish::stay_encrypted));
    }
    app
}

/// What an operator can reach, over the socket in the data folder.
pub fn admin(office: Arc<Office>) -> Router {
    let routes = admin::routes().fallback(async || Problem::new(Code::NotFound));
    finished(routes.with_state(office), ADMIN_BODY_BYTES)
}

fn finished(routes: Router, body_bytes: usize) -> Router {
    routes
        .method_not_allowed_fallback(async || Problem::new(Code::MethodNotAllowed))
        .layer(DefaultBodyLimit::max(body_bytes))
        .layer(from_fn(finish::log))
        .layer(from_fn_with_state(Arc::new(Names::default()), finish::finish))
}
