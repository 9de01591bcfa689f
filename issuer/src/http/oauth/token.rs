//! `POST /oauth/token`.

use super::client::authenticate;
use super::error::{OAuthError, OAuthErrorCode};
use super::form::TokenForm;
use super::grants::{mint, open_session};
use crate::http::extract::body;
use crate::http::extract::body_budget::BodyBudget;
use crate::http::extract::request_info::request_info;
use crate::state::Issuer;
use axum::extract::{Request, State};
use axum::response::Response;
use std::sync::Arc;

pub(super) async fn token(
    State(issuer): State<Arc<Issuer>>,
    State(budget): State<Arc<BodyBudget>>,
    request: Request,
) -> Result<Response, OAuthError> {
    let headers = request.headers().clone();
    let mut form = TokenForm::read(body::form(&budget, request, &["resource"]).await?);
    let client = authenticate(&issuer, &headers, &mut form)?;
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
            open_session(&issuer, &client, &mut form, &request_info(&headers)).await
        }
        resource => mint(&issuer, &client, &mut form, resource, &request_info(&headers)).await,
    }
}
