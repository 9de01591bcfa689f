//! `POST /v1/admin/launch-tokens` and `POST /v1/app/launch-tokens`.

use super::bearer::{Bearer, BearerRequest};
use super::fields::Fields;
use crate::agents::{LaunchAsk, Owner};
use crate::base::rfc3339;
use crate::http::extract::request_info::request_info;
use crate::http::problem::Problem;
use crate::http::response;
use crate::sessions::{Principal, Session};
use crate::state::Issuer;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;

/// Life of an agent's writ by default, in seconds.
const MAX_TTL: u64 = 300;
/// Life of a launch token by default, in seconds.
const TTL: u64 = 30;

pub(super) async fn by_operator(State(issuer): State<Arc<Issuer>>, request: Request) -> Result<Response, Problem> {
    BearerRequest::of(&issuer, &request).by_operator().await?;
    launch(&issuer, &Owner::Operator, request).await
}

pub(super) async fn by_client(State(issuer): State<Arc<Issuer>>, request: Request) -> Result<Response, Problem> {
    let asked = BearerRequest::of(&issuer, &request);
    let bearer = asked.bearer().await?;
    let client = match &bearer {
        Bearer::Session(Session {
            who: Principal::Client(id),
            ..
        }) => issuer.registry.client(id),
        _ => None,
    };
    let Some(client) = client else {
        return Err(asked.insufficient(&bearer).await?);
    };
    launch(&issuer, &Owner::Client(client), request).await
}

async fn launch(issuer: &Issuer, owner: &Owner, request: Request) -> Result<Response, Problem> {
    let info = request_info(request.headers());
    let fields = Fields::of(request).await?;
    let ask = LaunchAsk {
        agent_name: fields.text("agent_name")?.to_owned(),
        scope: fields.texts("allowed_scope")?,
        max_ttl: fields.seconds("max_ttl", MAX_TTL)?,
        single_use: fields.bool("single_use", true)?,
        ttl: fields.seconds("ttl", TTL)?,
    };
    let policy = json!({"allowed_scope": ask.scope, "max_ttl": ask.max_ttl});
    let (token, expires) = issuer.agents.launch(owner, ask, &info).await?;
    let answer = json!({
        "launch_token": token.expose(),
        "expires_at": rfc3339::write(expires),
        "policy": policy,
    });
    Ok(response::json(StatusCode::CREATED, &answer))
}
