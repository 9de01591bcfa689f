//! `/v1/token/validate`, `/v1/token/renew`, `/v1/token/release` and `/v1/delegate`.

use super::bearer::{Bearer, BearerRequest};
use super::fields::Fields;
use crate::agents::{Delegated, Delegation, chain_hash};
use crate::audit::EventKind;
use crate::http::extract::body;
use crate::http::extract::body_budget::BodyBudget;
use crate::http::extract::request_info::request_info;
use crate::http::problem::Problem;
use crate::http::response;
use crate::state::Issuer;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use edgewrit_shared::grant::Grant;
use edgewrit_shared::secret::Secret;
use edgewrit_shared::token::claims::{Authority, Claims};
use serde_json::{Value, json};
use std::sync::Arc;

/// Life of a delegate's writ by default, in seconds.
const DELEGATED_TTL: u64 = 60;

pub(super) async fn validate(
    State(issuer): State<Arc<Issuer>>,
    State(budget): State<Arc<BodyBudget>>,
    request: Request,
) -> Result<Response, Problem> {
    let fields = Fields::of_unauthenticated(&budget, request).await?;
    let token = Secret::new(fields.raw("token")?.to_owned());
    let claims = match issuer.sessions.find_valid(&token).await? {
        Some(session) => Some(session.claims(issuer.config.issuer.as_str())),
        None => match issuer.tokens.find_valid(token.expose()).await? {
            Some(writ) => Some(claims_json(&issuer, writ.claims()).await?),
            None => None,
        },
    };
    let answer = match claims {
        Some(claims) => json!({"valid": true, "claims": claims}),
        None => json!({"valid": false, "error": "token is invalid or expired"}),
    };
    Ok(response::json(StatusCode::OK, &answer))
}

/// The claims of a writ as this API shows them.
async fn claims_json(issuer: &Issuer, claims: &Claims) -> Result<Value, Problem> {
    let scopes: Vec<String> = match &claims.authority {
        Authority::Scope(scopes) => scopes.clone(),
        Authority::Details(grants) => grants.iter().filter_map(Grant::to_scope).collect(),
    };
    let mut claims_json = json!({
        "iss": claims.iss,
        "sub": claims.sub,
        "aud": [claims.aud],
        "exp": claims.exp.0,
        "nbf": claims.nbf.0,
        "iat": claims.iat.0,
        "jti": claims.jti,
        "client_id": claims.client_id,
        "scope": scopes,
        "task_id": claims.task_id,
        "orch_id": claims.orch_id,
    });
    if !claims.anc.is_empty()
        && let Some(chain) = issuer.agents.chain_of(&claims.lin).await?
        && let Some(members) = claims_json.as_object_mut()
    {
        let records = serde_json::from_str(&chain).unwrap_or_default();
        members.insert("delegation_chain".to_owned(), records);
        members.insert("chain_hash".to_owned(), json!(chain_hash(&chain)));
    }
    Ok(claims_json)
}

pub(super) async fn renew(State(issuer): State<Arc<Issuer>>, request: Request) -> Result<Response, Problem> {
    let writ = BearerRequest::of(&issuer, &request).by_agent().await?;
    let info = request_info(request.headers());
    body::receive(request).await?;
    let renewed = issuer.agents.renew(&writ, &info).await?;
    let answer = json!({"access_token": renewed.token.expose(), "expires_in": renewed.expires_in});
    Ok(response::json(StatusCode::OK, &answer))
}

pub(super) async fn release(State(issuer): State<Arc<Issuer>>, request: Request) -> Result<Response, Problem> {
    let info = request_info(request.headers());
    let bearer = BearerRequest::of(&issuer, &request).bearer().await?;
    // First, so that nothing has ended when the body is refused.
    body::receive(request).await?;
    match bearer {
        Bearer::Writ(writ) => {
            let kind = EventKind::TokenReleased;
            issuer.revocations.end_lineage(writ.claims(), kind, &info).await?;
        }
        Bearer::Session(session) => issuer.sessions.end(session, &info).await?,
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn delegate(State(issuer): State<Arc<Issuer>>, request: Request) -> Result<Response, Problem> {
    let writ = BearerRequest::of(&issuer, &request).by_agent().await?;
    let info = request_info(request.headers());
    let fields = Fields::of(request).await?;
    let ask = Delegation {
        to: fields.text("delegate_to")?.to_owned(),
        scope: fields.texts("scope")?,
        ttl: fields.seconds("ttl", DELEGATED_TTL)?,
    };
    let Delegated { writ, chain } = issuer.agents.delegate(&writ, ask, &info).await?;
    let answer = json!({
        "access_token": writ.token.expose(),
        "expires_in": writ.expires_in,
        "delegation_chain": chain,
    });
    Ok(response::json(StatusCode::OK, &answer))
}
