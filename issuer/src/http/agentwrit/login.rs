//! `POST /v1/admin/auth` and `POST /v1/app/auth`: a session for a secret.

use super::fields::Fields;
use crate::audit::{Event, EventKind};
use crate::http::extract::body_budget::BodyBudget;
use crate::http::extract::request_info::request_info;
use crate::http::extract::source::Source;
use crate::http::problem::{Code, Problem};
use crate::http::response;
use crate::state::Issuer;
use crate::tokens::session::{Principal, SESSION_TTL, Session};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::secret::Secret;
use serde_json::json;
use std::sync::Arc;

pub(super) async fn log_operator_in(
    State(issuer): State<Arc<Issuer>>,
    State(budget): State<Arc<BodyBudget>>,
    request: Request,
) -> Result<Response, Problem> {
    let (source, info) = (Source::of(&issuer.config, &request), request_info(request.headers()));
    let fields = Fields::of_unauthenticated(&budget, request).await?;
    let secret = Secret::new(fields.raw("secret")?.to_owned());
    issuer
        .limits
        .operator
        .take(&source, issuer.clock.now())
        .map_err(too_many)?;
    if !issuer.is_operator(&secret) {
        let event = Event::denied(EventKind::AdminAuthFailed).in_request(&info);
        let event = event.source(&source).data(&json!({"source": source.to_string()}));
        issuer.events.record(event).await?;
        return Err(Code::Unauthorized.into());
    }
    issuer
        .events
        .record(Event::done(EventKind::AdminAuth).in_request(&info))
        .await?;
    let (token, life) = open(&issuer, Principal::Operator, SESSION_TTL)?;
    let answer = json!({"access_token": token.expose(), "expires_in": life, "token_type": "Bearer"});
    Ok(response::json(StatusCode::OK, &answer))
}

pub(super) async fn log_client_in(
    State(issuer): State<Arc<Issuer>>,
    State(budget): State<Arc<BodyBudget>>,
    request: Request,
) -> Result<Response, Problem> {
    let (source, info) = (Source::of(&issuer.config, &request), request_info(request.headers()));
    let fields = Fields::of_unauthenticated(&budget, request).await?;
    let id = fields.text("client_id")?;
    let secret = Secret::new(fields.raw("client_secret")?.to_owned());
    // Failures are counted, for each client and source: the failures of another source cannot lock
    // a client out.
    let (limit, key, now) = (&issuer.limits.client, (id, &source), issuer.clock.now());
    limit.room(&key, now).map_err(too_many)?;
    let Some(client) = issuer.registry.authenticate_client(id, &secret) else {
        limit.take(&key, now).map_err(too_many)?;
        let event = Event::denied(EventKind::AppAuthFailed).in_request(&info);
        let event = event.source(&source).data(&json!({"source": source.to_string()}));
        let event = match issuer.registry.any_client(id) {
            Some(client) => event.client(&client.client_id),
            None => event,
        };
        issuer.events.record(event).await?;
        return Err(Code::Unauthorized.into());
    };
    let event = Event::done(EventKind::AppAuthenticated)
        .client(&client.client_id)
        .in_request(&info);
    issuer.events.record(event).await?;
    let who = Principal::Client(client.client_id.clone());
    let scopes = who.scopes();
    let (token, life) = open(&issuer, who, client.session_ttl())?;
    let answer = json!({
        "access_token": token.expose(),
        "expires_in": life,
        "token_type": "Bearer",
        "scopes": scopes,
    });
    Ok(response::json(StatusCode::OK, &answer))
}

fn open(issuer: &Issuer, who: Principal, life: u64) -> Result<(Secret, u64), Problem> {
    let session = Session::new(who, life, issuer.clock.now())?;
    let token = session.sign(&issuer.keyring.key_set(), issuer.config.issuer.as_str());
    Ok((Secret::new(token), life))
}

fn too_many(seconds: u64) -> Problem {
    Problem::new(Code::RateLimited).retry_after(seconds)
}
