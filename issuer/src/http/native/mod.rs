//! The issuer's own API: orchestrators, edges, and what every client may read.

use super::app_state::AppState;
use super::endpoints::Endpoints;

mod bundle;
mod edges;
mod tasks;
mod wellknown;

pub(super) fn routes() -> Endpoints<AppState> {
    Endpoints::new()
        .merge(wellknown::routes())
        .merge(bundle::routes())
        .merge(tasks::routes())
        .merge(edges::routes())
}
