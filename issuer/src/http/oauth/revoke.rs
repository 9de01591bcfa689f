//! `POST /oauth/revoke` (RFC 7009): the early end of a writ and of all that descends from it.

use super::client::authenticate;
use super::error::OAuthError;
use super::form::TokenForm;
use crate::audit::EventKind;
use crate::http::extract::body;
use crate::http::extract::body_budget::BodyBudget;
use crate::http::extract::request_info::request_info;
use crate::http::problem::Problem;
use crate::http::response;
use crate::state::Issuer;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;

pub(super) async fn revoke(
    State(issuer): State<Arc<Issuer>>,
    State(budget): State<Arc<BodyBudget>>,
    request: Request,
) -> Result<Response, OAuthError> {
    let headers = request.headers().clone();
    let mut form = TokenForm::read(body::form(&budget, request, &[]).await?);
    let client = authenticate(&issuer, &headers, &mut form)?;
    let token = form.token()?;
    // A token that is invalid for this client is as good as revoked (RFC 7009, section 2.2). The
    // writ of another client is such a token: an answer of its own would tell the client that the
    // writ is live.
    let writ = issuer.tokens.find_valid(token.expose()).await.map_err(Problem::from)?;
    if let Some(writ) = writ.filter(|writ| writ.claims().client_id == client.client_id) {
        let (kind, info) = (EventKind::TokenRevoked, request_info(&headers));
        let end = issuer.revocations.end_lineage(writ.claims(), kind, &info);
        end.await.map_err(Problem::from)?;
    }
    Ok(response::json(StatusCode::OK, &json!({})))
}
