//! The issuer's own API: orchestrators, edges, and what every client may read.

use super::app_state::AppState;
use axum::Router;

mod bundle;
mod edges;
mod tasks;
mod wellknown;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .merge(wellknown::routes())
        .merge(bundle::routes())
        .merge(tasks::routes())
        .merge(edges::routes())
}
