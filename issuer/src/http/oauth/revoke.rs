//! `POST /oauth/revoke` (RFC 7009): the early end of a writ and of all that descends from it.

use super::client::{FormRequest, RevokingClient};
use super::error::OAuthError;
use crate::audit::EventKind;
use crate::http::problem::Problem;
use crate::http::response;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

pub(super) async fn revoke(request: FormRequest<RevokingClient>) -> Result<Response, OAuthError> {
    let FormRequest {
        issuer,
        info,
        caller: RevokingClient(client),
        mut form,
    } = request;
    let token = form.token()?;
    // A token that is invalid for this client is as good as revoked (RFC 7009, section 2.2). The
    // writ of another client is such a token: an answer of its own would tell the client that the
    // writ is live.
    let writ = issuer.tokens.find_valid(token.expose()).await.map_err(Problem::from)?;
    if let Some(writ) = writ.filter(|writ| writ.claims().client_id == client.client_id) {
        let kind = EventKind::TokenRevoked;
        let end = issuer.revocations.end_lineage(writ.claims(), kind, &info);
        end.await.map_err(Problem::from)?;
    }
    Ok(response::json(StatusCode::OK, &json!({})))
}
