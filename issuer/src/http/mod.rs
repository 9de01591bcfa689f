//! The endpoints. Each group has a file of its own, which translates between HTTP and the rest of
//! the crate.

use crate::base::stopping::Stopping;
use crate::config::Config;
use crate::data::Data;
use crate::state::Issuer;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use edgewrit_shared::edge_api::records::BATCH_BYTES;
use edgewrit_shared::edge_api::uses::DEBIT_BYTES;
use metrics::Metrics;
use problem::{Code, Problem};
use std::sync::Arc;

mod admin;
mod agentwrit;
mod app_state;
pub(crate) mod connection;
mod endpoints;
mod extract;
mod metrics;
mod middleware;
mod native;
mod oauth;
pub mod problem;
mod response;

pub use admin::AdminState;
use app_state::AppState;
use endpoints::Endpoints;
pub use endpoints::RouteAccess;
pub use extract::callers::AdmittedCaller;
pub use extract::source::Peer;
use middleware::RequestIds;

/// Longest body of a request, in bytes.
pub const BODY_BYTES: usize = 1024 * 1024;
// The longest bodies of edges fit.
const _: () = assert!(DEBIT_BYTES <= BODY_BYTES && BATCH_BYTES <= BODY_BYTES);
/// Longest body on the administrator's socket, in bytes: a ceiling of ten thousand grants fits.
pub const ADMIN_BODY_BYTES: usize = 16 * 1024 * 1024;

/// The public endpoints, which unauthenticated clients can reach.
pub fn app(issuer: Arc<Issuer>) -> Router {
    counted_app(issuer, Arc::default())
}

/// The same, whose requests `metrics` counts.
fn counted_app(issuer: Arc<Issuer>, metrics: Arc<Metrics>) -> Router {
    let encrypted = issuer.config.behind_tls_proxy;
    let routes = Router::new()
        .fallback(agentwrit::answer_unknown_path)
        .merge(public_endpoints().into_router())
        .with_state(AppState::new(issuer));
    let app = with_middleware(routes, BODY_BYTES).layer(from_fn_with_state(metrics, metrics::count_requests));
    if encrypted {
        return app.layer(map_response(middleware::require_https));
    }
    app
}

fn public_endpoints() -> Endpoints<AppState> {
    native::routes().merge(oauth::routes()).merge(agentwrit::routes())
}

/// The public endpoints, and the operator's on the socket, each with the caller that it admits.
#[must_use]
pub fn route_access() -> [Vec<RouteAccess>; 2] {
    [public_endpoints().into_access(), admin::routes().into_access()]
}

/// The operator's endpoints, over the socket in the data directory.
pub fn admin(state: Arc<AdminState>) -> Router {
    let routes = admin::routes()
        .into_router()
        .fallback(async || Problem::new(Code::NotFound));
    with_middleware(routes.with_state(state), ADMIN_BODY_BYTES)
}

/// The routers of the public endpoints, of the operator's, and of what Prometheus reads.
pub(crate) struct Routers {
    pub(crate) public: Router,
    pub(crate) private: Router,
    pub(crate) metrics: Router,
}

impl Routers {
    pub(crate) fn new(config: Config, data: Arc<Data>, stopping: Stopping) -> Self {
        let state = AdminState::new(Arc::clone(&data), Some(config.issuer.to_string()));
        let (issuer, metrics) = (Arc::new(Issuer::new(config, data, stopping)), Arc::default());
        Self {
            public: counted_app(Arc::clone(&issuer), Arc::clone(&metrics)),
            private: admin(Arc::new(state)),
            metrics: metrics::routes(issuer, metrics),
        }
    }
}

fn with_middleware(routes: Router, body_bytes: usize) -> Router {
    routes
        .method_not_allowed_fallback(async || Problem::new(Code::MethodNotAllowed))
        .layer(DefaultBodyLimit::max(body_bytes))
        .layer(from_fn(middleware::log_request))
        .layer(from_fn_with_state(
            Arc::new(RequestIds::default()),
            middleware::finish_response,
        ))
}
