//! The AgentWrit v1 API, as its published SDK speaks it.

use super::auth;
use crate::issuer::Issuer;
use crate::problem::{Code, Problem};
use crate::session::{Session, Who};
use axum::Router;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use edgewrit_shared::token::Verified;
use std::sync::Arc;

mod apps;
mod audit;
mod fields;
mod health;
mod launch;
mod login;
mod register;
mod revoke;
mod token;

pub(super) fn routes() -> Router<Arc<Issuer>> {
    Router::new()
        .route("/v1/challenge", get(register::challenge))
        .route("/v1/register", post(register::register))
        .route("/v1/health", get(health::health))
        .route("/v1/admin/auth", post(login::operator))
        .route("/v1/app/auth", post(login::client))
        .route("/v1/admin/apps", post(apps::add).get(apps::list))
        .route(
            "/v1/admin/apps/{id}",
            get(apps::show).put(apps::update).delete(apps::end),
        )
        .route("/v1/admin/launch-tokens", post(launch::by_operator))
        .route("/v1/app/launch-tokens", post(launch::by_client))
        .route("/v1/token/validate", post(token::validate))
        .route("/v1/token/renew", post(token::renew))
        .route("/v1/token/release", post(token::release))
        .route("/v1/delegate", post(token::delegate))
        .route("/v1/revoke", post(revoke::revoke))
        .route("/v1/audit/events", get(audit::events))
        // Here as well as for all routes, so that it is said in the words of this API.
        .method_not_allowed_fallback(async || Problem::new(Code::MethodNotAllowed))
        .layer(from_fn(speak))
}

/// Says problems in the words of this API, and sets the header that it sets beyond ours.
async fn speak(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().get_mut::<Problem>() {
        problem.speak_agentwrit(path);
        let status = problem.status();
        *response.status_mut() = status;
    }
    response
        .headers_mut()
        .insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

/// Passes if the bearer is a session of the operator.
async fn operator(issuer: &Issuer, headers: &HeaderMap) -> Result<(), Problem> {
    match who(issuer, headers).await? {
        Bearer::Session(session) if session.who == Who::Operator => Ok(()),
        _ => Err(Code::InsufficientScope.into()),
    }
}

/// The writ that the bearer is.
async fn agent(issuer: &Issuer, headers: &HeaderMap) -> Result<Arc<Verified>, Problem> {
    match who(issuer, headers).await? {
        Bearer::Writ(writ) => Ok(writ),
        Bearer::Session(_) => Err(Code::InsufficientScope.into()),
    }
}

/// What somebody shows who is known.
enum Bearer {
    Session(Session),
    Writ(Arc<Verified>),
}

/// Whatever the bearer is, if it counts now. Missing, malformed, expired and revoked ones are all the same.
async fn who(issuer: &Issuer, headers: &HeaderMap) -> Result<Bearer, Problem> {
    let token = auth::bearer(headers).ok_or(Problem::new(Code::Unauthorized))?;
    if let Some(session) = auth::session(issuer, &token).await? {
        return Ok(Bearer::Session(session));
    }
    let writ = issuer.standing(token.expose()).await?;
    let writ = writ.ok_or(Problem::new(Code::Unauthorized))?;
    Ok(Bearer::Writ(writ))
}
