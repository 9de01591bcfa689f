//! OAuth: tokens (RFC 6749), introspection (RFC 7662) and revocation (RFC 7009).

use crate::http::app_state::AppState;
use crate::http::endpoints::Endpoints;

mod client;
mod error;
mod form;
mod grants;
mod introspect;
mod revoke;
mod token;

pub(super) fn routes() -> Endpoints<AppState> {
    Endpoints::new()
        .post("/oauth/token", token::token)
        .post("/oauth/introspect", introspect::introspect)
        .post("/oauth/revoke", revoke::revoke)
}
