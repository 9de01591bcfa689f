//! `POST /v1/admin/launch-tokens` and `POST /v1/app/launch-tokens`.

use super::bearer::{ClientSession, Operator};
use super::fields::Fields;
use crate::agents::{LaunchRequest, Owner};
use crate::audit::RequestInfo;
use crate::base::rfc3339;
use crate::http::problem::Problem;
use crate::http::response;
use crate::state::Issuer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;

/// Life of an agent's writ by default, in seconds.
const MAX_TTL: u64 = 300;
/// Life of a launch token by default, in seconds.
const TTL: u64 = 30;

pub(super) async fn by_operator(
    _: Operator,
    State(issuer): State<Arc<Issuer>>,
    info: RequestInfo,
    fields: Fields,
) -> Result<Response, Problem> {
    launch(&issuer, &Owner::Operator, &info, &fields).await
}

pub(super) async fn by_client(
    ClientSession(client): ClientSession,
    State(issuer): State<Arc<Issuer>>,
    info: RequestInfo,
    fields: Fields,
) -> Result<Response, Problem> {
    launch(&issuer, &Owner::Client(client), &info, &fields).await
}

async fn launch(issuer: &Issuer, owner: &Owner, info: &RequestInfo, fields: &Fields) -> Result<Response, Problem> {
    let ask = LaunchRequest {
        agent_name: fields.text("agent_name")?.to_owned(),
        scope: fields.texts("allowed_scope")?,
        max_ttl: fields.seconds("max_ttl", MAX_TTL)?,
        single_use: fields.bool("single_use", true)?,
        ttl: fields.seconds("ttl", TTL)?,
    };
    let policy = json!({"allowed_scope": ask.scope, "max_ttl": ask.max_ttl});
    let (token, expires) = issuer.agents.launch(owner, ask, info).await?;
    let answer = json!({
        "launch_token": token.expose(),
        "expires_at": rfc3339::write(expires),
        "policy": policy,
    });
    Ok(response::json(StatusCode::CREATED, &answer))
}
