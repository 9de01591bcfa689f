//! `POST /v1/admin/auth` and `POST /v1/app/auth`: a session for a secret.

use super::fields::UnauthenticatedFields;
use crate::audit::RequestInfo;
use crate::base::source::RequestSource;
use crate::http::extract::callers::Unauthenticated;
use crate::http::problem::Problem;
use crate::http::response;
use crate::state::Issuer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::secret::Secret;
use serde_json::json;
use std::sync::Arc;

pub(super) async fn log_operator_in(
    _: Unauthenticated,
    State(issuer): State<Arc<Issuer>>,
    source: RequestSource,
    info: RequestInfo,
    UnauthenticatedFields(fields): UnauthenticatedFields,
) -> Result<Response, Problem> {
    let secret = Secret::new(fields.raw("secret")?.to_owned());
    let session = issuer.logins.log_operator_in(&secret, &source, &info).await?;
    let answer = json!({"access_token": session.token.expose(), "expires_in": session.ttl, "token_type": "Bearer"});
    Ok(response::json(StatusCode::OK, &answer))
}

pub(super) async fn log_client_in(
    _: Unauthenticated,
    State(issuer): State<Arc<Issuer>>,
    source: RequestSource,
    info: RequestInfo,
    UnauthenticatedFields(fields): UnauthenticatedFields,
) -> Result<Response, Problem> {
    let id = fields.text("client_id")?;
    let secret = Secret::new(fields.raw("client_secret")?.to_owned());
    let session = issuer.logins.log_client_in(id, &secret, &source, &info).await?;
    let answer = json!({
        "access_token": session.token.expose(),
        "expires_in": session.ttl,
        "token_type": "Bearer",
        "scopes": session.scopes,
    });
    Ok(response::json(StatusCode::OK, &answer))
}
