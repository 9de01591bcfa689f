//! `POST /oauth/introspect` (RFC 7662): whether a writ is valid now, and its claims.

use super::client::{FormCaller, FormRequest, authenticate};
use super::error::OAuthError;
use super::form::TokenForm;
use crate::http::extract::auth;
use crate::http::extract::callers::AdmittedCaller;
use crate::http::problem::Problem;
use crate::http::response;
use crate::registry::{Client, RegisteredEdge};
use crate::state::Issuer;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use edgewrit_shared::token::claims::Claims;
use std::sync::Arc;

/// The answer for every token that is not valid, for whatever cause, and for tokens of other
/// clients (RFC 7662, section 2.2).
const INACTIVE: &str = r#"{"active":false}"#;

/// The parties that may introspect a writ: its client, and the edges of its audience.
pub(super) enum Introspector {
    Client(Arc<Client>),
    Edge(Arc<RegisteredEdge>),
}

impl Introspector {
    fn may_see(&self, writ: &Claims) -> bool {
        match self {
            Self::Client(client) => client.client_id == writ.client_id,
            Self::Edge(edge) => edge.audience == writ.aud,
        }
    }
}

impl FormCaller for Introspector {
    const CALLER: AdmittedCaller = AdmittedCaller::FormClientOrEdge;

    fn authenticate(issuer: &Issuer, headers: &HeaderMap, form: &mut TokenForm) -> Result<Self, OAuthError> {
        match auth::authenticate_edge(issuer, headers) {
            Ok(edge) => Ok(Self::Edge(edge)),
            Err(_) => authenticate(issuer, headers, form).map(Self::Client),
        }
    }
}

pub(super) async fn introspect(request: FormRequest<Introspector>) -> Result<Response, OAuthError> {
    let FormRequest {
        issuer,
        caller: introspector,
        mut form,
        ..
    } = request;
    let token = form.token()?;
    let writ = issuer.tokens.find_valid(token.expose()).await.map_err(Problem::from)?;
    let seen = writ.as_ref().filter(|writ| introspector.may_see(writ.claims()));
    let text = seen.and_then(|writ| active_claims_json(writ.claims()));
    let text = text.unwrap_or_else(|| INACTIVE.to_owned());
    Ok(response::bytes_of(StatusCode::OK, "application/json", text))
}

/// The claims, and before them what RFC 7662 adds.
fn active_claims_json(writ: &Claims) -> Option<String> {
    let claims = writ.to_json();
    let members = claims.strip_prefix('{')?;
    Some([r#"{"active":true,"token_type":"Bearer","#, members].concat())
}
