//! `/v1/token/validate`, `/v1/token/renew`, `/v1/token/release` and `/v1/delegate`.

use super::bearer::{AgentBearer, Bearer};
use super::fields::{Fields, UnauthenticatedFields};
use crate::agents::{Delegated, Delegation, chain_hash};
use crate::audit::{EventKind, RequestInfo};
use crate::http::extract::callers::Unauthenticated;
use crate::http::extract::request_body::IgnoredBody;
use crate::http::problem::Problem;
use crate::http::response;
use crate::state::Issuer;
use axum::extract::State;
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
    _: Unauthenticated,
    State(issuer): State<Arc<Issuer>>,
    UnauthenticatedFields(fields): UnauthenticatedFields,
) -> Result<Response, Problem> {
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

pub(super) async fn renew(
    AgentBearer(writ): AgentBearer,
    State(issuer): State<Arc<Issuer>>,
    info: RequestInfo,
    _: IgnoredBody,
) -> Result<Response, Problem> {
    let renewed = issuer.agents.renew(&writ, &info).await?;
    let answer = json!({"access_token": renewed.token.expose(), "expires_in": renewed.expires_in});
    Ok(response::json(StatusCode::OK, &answer))
}

/// The body is received first, so that nothing has ended when it is refused.
pub(super) async fn release(
    bearer: Bearer,
    State(issuer): State<Arc<Issuer>>,
    info: RequestInfo,
    _: IgnoredBody,
) -> Result<Response, Problem> {
    match bearer {
        Bearer::Writ(writ) => {
            let kind = EventKind::TokenReleased;
            issuer.revocations.end_lineage(writ.claims(), kind, &info).await?;
        }
        Bearer::Session(session) => issuer.sessions.end(session, &info).await?,
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn delegate(
    AgentBearer(writ): AgentBearer,
    State(issuer): State<Arc<Issuer>>,
    info: RequestInfo,
    fields: Fields,
) -> Result<Response, Problem> {
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
