//! `POST /oauth/token`.

use super::client::{FormRequest, TokenClient};
use super::error::{OAuthError, OAuthErrorCode};
use super::grants::{mint, open_session};
use axum::response::Response;

pub(super) async fn token(request: FormRequest<TokenClient>) -> Result<Response, OAuthError> {
    let FormRequest {
        issuer,
        info,
        caller: TokenClient(client),
        mut form,
    } = request;
    match form.take("grant_type").as_deref() {
        Some("client_credentials") => {}
        Some(_) => {
            return Err(OAuthError::new(
                OAuthErrorCode::UnsupportedGrantType,
                "expected `client_credentials`",
            ));
        }
        None => return Err(OAuthError::new(OAuthErrorCode::InvalidRequest, "missing `grant_type`")),
    }
    match form.resource()? {
        Some(resource) if resource == issuer.config.issuer.as_str() => {
            open_session(&issuer, &client, &mut form, &info).await
        }
        resource => mint(&issuer, &client, &mut form, resource, &info).await,
    }
}
