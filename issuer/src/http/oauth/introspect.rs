//! `POST /oauth/introspect` (RFC 7662): whether a writ is valid now, and its claims.

use super::client::authenticate;
use super::error::OAuthError;
use super::form::TokenForm;
use crate::http::extract::body_budget::BodyBudget;
use crate::http::extract::{auth, body};
use crate::http::problem::Problem;
use crate::http::response;
use crate::registry::{Client, Edge};
use crate::state::Issuer;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use edgewrit_shared::token::claims::Claims;
use std::sync::Arc;

/// The answer for every token that is not valid, for whatever cause, and for tokens of other
/// clients (RFC 7662, section 2.2).
const INACTIVE: &str = r#"{"active":false}"#;

/// The parties that may introspect a writ: its client, and the edges of its audience.
enum Introspector {
    Client(Arc<Client>),
    Edge(Arc<Edge>),
}

impl Introspector {
    fn may_see(&self, writ: &Claims) -> bool {
        match self {
            Self::Client(client) => client.client_id == writ.client_id,
            Self::Edge(edge) => edge.audience == writ.aud,
        }
    }
}

pub(super) async fn introspect(
    State(issuer): State<Arc<Issuer>>,
    State(budget): State<Arc<BodyBudget>>,
    request: Request,
) -> Result<Response, OAuthError> {
    let headers = request.headers().clone();
    let mut form = TokenForm::read(body::form(&budget, request, &[]).await?);
    let introspector = authenticate_introspector(&issuer, &headers, &mut form)?;
    let token = form.token()?;
    let writ = issuer.tokens.find_valid(token.expose()).await.map_err(Problem::from)?;
    let seen = writ.as_ref().filter(|writ| introspector.may_see(writ.claims()));
    let text = seen.and_then(|writ| active_claims_json(writ.claims()));
    let text = text.unwrap_or_else(|| INACTIVE.to_owned());
    Ok(response::bytes_of(StatusCode::OK, "application/json", text))
}

fn authenticate_introspector(
    issuer: &Issuer,
    headers: &HeaderMap,
    form: &mut TokenForm,
) -> Result<Introspector, OAuthError> {
    match auth::authenticate_edge(issuer, headers) {
        Ok(edge) => Ok(Introspector::Edge(edge)),
        Err(_) => authenticate(issuer, headers, form).map(Introspector::Client),
    }
}

/// The claims, and before them what RFC 7662 adds.
fn active_claims_json(writ: &Claims) -> Option<String> {
    let claims = writ.to_json();
    let members = claims.strip_prefix('{')?;
    Some([r#"{"active":true,"token_type":"Bearer","#, members].concat())
}
