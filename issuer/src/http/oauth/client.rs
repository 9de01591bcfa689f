//! The client that a request authenticates.

use super::error::{OAuthError, OAuthErrorCode};
use super::form::TokenForm;
use crate::http::extract::auth;
use crate::registry::Client;
use crate::state::Issuer;
use axum::http::HeaderMap;
use edgewrit_shared::secret::Secret;
use std::sync::Arc;

/// By Basic or in the form, not both (RFC 6749, section 2.3).
pub(super) fn authenticate(
    issuer: &Issuer,
    headers: &HeaderMap,
    form: &mut TokenForm,
) -> Result<Arc<Client>, OAuthError> {
    let in_form = (form.take("client_id"), form.take("client_secret").map(Secret::new));
    let shown = match (auth::read_basic(headers), in_form) {
        (Some((id, _)), (Some(other), None)) if id != other => None,
        (Some(shown), (_, None)) => Some(shown),
        (None, (Some(id), Some(secret))) => Some((id, secret)),
        _ => None,
    };
    let client = shown.and_then(|(id, secret)| issuer.registry.authenticate_client(&id, &secret));
    client.ok_or(OAuthError::new(
        OAuthErrorCode::InvalidClient,
        "client authentication failed",
    ))
}
