//! `POST /v1/admin/auth` and `POST /v1/app/auth`: a session for a secret.

use super::fields::Fields;
use crate::audit::{Event, Kind};
use crate::http::extract::body_budget::BodyBudget;
use crate::http::extract::request_info::call;
use crate::http::extract::source::Source;
use crate::http::problem::{Code, Problem};
use crate::http::response;
use crate::state::Issuer;
use crate::tokens::session::{SESSION_LIFE, Session, Who};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::secret::Secret;
use serde_json::json;
use std::sync::Arc;

pub(super) async fn operator(
    State(issuer): State<Arc<Issuer>>,
    State(budget): State<Arc<BodyBudget>>,
    request: Request,
) -> Result<Response, Problem> {
    let (source, call) = (Source::of(&issuer.config, &request), call(request.headers()));
    let fields = Fields::of_unauthenticated(&budget, request).await?;
    let secret = Secret::new(fields.raw("secret")?.to_owned());
    issuer
        .limits
        .operator
        .take(&source, issuer.clock.now())
        .map_err(too_many)?;
    if !issuer.is_operator(&secret) {
        let event = Event::denied(Kind::AdminAuthFailed).in_call(&call);
        let event = event.source(&source).data(&json!({"source": source.to_string()}));
        issuer.record(event).await?;
        return Err(Code::Unauthorized.into());
    }
    issuer.record(Event::done(Kind::AdminAuth).in_call(&call)).await?;
    let (token, life) = open(&issuer, Who::Operator, SESSION_LIFE)?;
    let answer = json!({"access_token": token.expose(), "expires_in": life, "token_type": "Bearer"});
    Ok(response::json(StatusCode::OK, &answer))
}

pub(super) async fn client(
    State(issuer): State<Arc<Issuer>>,
    State(budget): State<Arc<BodyBudget>>,
    request: Request,
) -> Result<Response, Problem> {
    let (source, call) = (Source::of(&issuer.config, &request), call(request.headers()));
    let fields = Fields::of_unauthenticated(&budget, request).await?;
    let id = fields.text("client_id")?;
    let secret = Secret::new(fields.raw("client_secret")?.to_owned());
    // Failures are counted, for each client and source: nobody else's can lock a client out.
    let (limit, key, now) = (&issuer.limits.client, (id, &source), issuer.clock.now());
    limit.room(&key, now).map_err(too_many)?;
    let Some(client) = issuer.registry.authenticate_client(id, &secret) else {
        limit.take(&key, now).map_err(too_many)?;
        let event = Event::denied(Kind::AppAuthFailed).in_call(&call);
        let event = event.source(&source).data(&json!({"source": source.to_string()}));
        let event = match issuer.registry.any_client(id) {
            Some(client) => event.client(&client.client_id),
            None => event,
        };
        issuer.record(event).await?;
        return Err(Code::Unauthorized.into());
    };
    let event = Event::done(Kind::AppAuthenticated)
        .client(&client.client_id)
        .in_call(&call);
    issuer.record(event).await?;
    let who = Who::Client(client.client_id.clone());
    let scopes = who.scopes();
    let (token, life) = open(&issuer, who, client.session_life())?;
    let answer = json!({
        "access_token": token.expose(),
        "expires_in": life,
        "token_type": "Bearer",
        "scopes": scopes,
    });
    Ok(response::json(StatusCode::OK, &answer))
}

fn open(issuer: &Issuer, who: Who, life: u64) -> Result<(Secret, u64), Problem> {
    let session = Session::new(who, life, issuer.clock.now())?;
    let token = session.sign(&issuer.keyring.ring(), issuer.config.issuer.as_str());
    Ok((Secret::new(token), life))
}

fn too_many(seconds: u64) -> Problem {
    Problem::new(Code::RateLimited).retry_after(seconds)
}
