//! `GET /v1/challenge` and `POST /v1/register`.

use super::fields::UnauthenticatedFields;
use crate::agents::{NONCE_TTL, Registration};
use crate::audit::RequestInfo;
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

pub(super) async fn challenge(_: Unauthenticated, State(issuer): State<Arc<Issuer>>) -> Result<Response, Problem> {
    let nonce = issuer.agents.challenge()?;
    Ok(response::json(
        StatusCode::OK,
        &json!({"nonce": nonce, "expires_in": NONCE_TTL}),
    ))
}

pub(super) async fn register(
    _: Unauthenticated,
    State(issuer): State<Arc<Issuer>>,
    info: RequestInfo,
    UnauthenticatedFields(fields): UnauthenticatedFields,
) -> Result<Response, Problem> {
    let ask = Registration {
        launch_token: Secret::new(fields.text("launch_token")?.to_owned()),
        nonce: fields.text("nonce")?.to_owned(),
        public_key: fields.text("public_key")?.to_owned(),
        signature: fields.text("signature")?.to_owned(),
        orch_id: fields.id("orch_id")?,
        task_id: fields.id("task_id")?,
        scope: fields.texts("requested_scope")?,
    };
    let writ = issuer.agents.register(ask, &info).await?;
    let answer = json!({
        "agent_id": writ.agent_id,
        "access_token": writ.token.expose(),
        "expires_in": writ.expires_in,
    });
    Ok(response::json(StatusCode::OK, &answer))
}
