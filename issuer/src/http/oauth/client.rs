//! The caller of an OAuth endpoint, which may authenticate in the form.

use super::error::{OAuthError, OAuthErrorCode};
use super::form::TokenForm;
use crate::audit::RequestInfo;
use crate::http::extract::body_budget::UnauthenticatedBodyBudget;
use crate::http::extract::callers::{AdmitsCaller, AdmittedCaller};
use crate::http::extract::request_info::request_info;
use crate::http::extract::{auth, body};
use crate::registry::Client;
use crate::state::Issuer;
use axum::extract::{FromRef, FromRequest, Request};
use axum::http::HeaderMap;
use edgewrit_shared::secret::Secret;
use std::sync::Arc;

/// A caller that the headers or the form authenticate.
pub(super) trait FormCaller: Sized {
    /// The kind of caller.
    const CALLER: AdmittedCaller;
    /// Names that may stand several times in the form.
    const REPEATABLE: &'static [&'static str] = &[];

    /// Authenticates the caller, and takes its credentials out of the form.
    fn authenticate(issuer: &Issuer, headers: &HeaderMap, form: &mut TokenForm) -> Result<Self, OAuthError>;
}

/// A request with a form, whose caller is authenticated by it.
pub(super) struct FormRequest<C> {
    pub(super) issuer: Arc<Issuer>,
    pub(super) info: RequestInfo,
    pub(super) caller: C,
    pub(super) form: TokenForm,
}

impl<C: FormCaller> AdmitsCaller for FormRequest<C> {
    const CALLER: AdmittedCaller = C::CALLER;
}

impl<S: Send + Sync, C: FormCaller> FromRequest<S> for FormRequest<C>
where
    Arc<Issuer>: FromRef<S>,
    Arc<UnauthenticatedBodyBudget>: FromRef<S>,
{
    type Rejection = OAuthError;

    async fn from_request(request: Request, state: &S) -> Result<Self, OAuthError> {
        let (issuer, budget) = (
            Arc::<Issuer>::from_ref(state),
            Arc::<UnauthenticatedBodyBudget>::from_ref(state),
        );
        let headers = request.headers().clone();
        let mut form = TokenForm::read(body::form(&budget, request, C::REPEATABLE).await?);
        let caller = C::authenticate(&issuer, &headers, &mut form)?;
        Ok(Self {
            issuer,
            info: request_info(&headers),
            caller,
            form,
        })
    }
}

/// A client that asks for a token.
pub(super) struct TokenClient(pub(super) Arc<Client>);

impl FormCaller for TokenClient {
    const CALLER: AdmittedCaller = AdmittedCaller::FormClient;
    const REPEATABLE: &'static [&'static str] = &["resource"];

    fn authenticate(issuer: &Issuer, headers: &HeaderMap, form: &mut TokenForm) -> Result<Self, OAuthError> {
        authenticate(issuer, headers, form).map(Self)
    }
}

/// A client that revokes a token.
pub(super) struct RevokingClient(pub(super) Arc<Client>);

impl FormCaller for RevokingClient {
    const CALLER: AdmittedCaller = AdmittedCaller::FormClient;

    fn authenticate(issuer: &Issuer, headers: &HeaderMap, form: &mut TokenForm) -> Result<Self, OAuthError> {
        authenticate(issuer, headers, form).map(Self)
    }
}

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
