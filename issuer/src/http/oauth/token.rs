//! `POST /oauth/token`.

use super::client::authenticate;
use super::error::{Name, Refusal};
use super::form::Form;
use super::grants::{mint, open_session};
use crate::http::extract::body;
use crate::http::extract::body_budget::BodyBudget;
use crate::http::extract::request_info::call;
use crate::state::Issuer;
use axum::extract::{Request, State};
use axum::response::Response;
use std::sync::Arc;

pub(super) async fn token(
    State(issuer): State<Arc<Issuer>>,
    State(budget): State<Arc<BodyBudget>>,
    request: Request,
) -> Result<Response, Refusal> {
    let headers = request.headers().clone();
    let mut form = Form::read(body::form(&budget, request, &["resource"]).await?);
    let client = authenticate(&issuer, &headers, &mut form)?;
    match form.take("grant_type").as_deref() {
        Some("client_credentials") => {}
        Some(_) => {
            return Err(Refusal::new(
                Name::UnsupportedGrantType,
                "expected `client_credentials`",
            ));
        }
        None => return Err(Refusal::new(Name::InvalidRequest, "missing `grant_type`")),
    }
    match form.resource()? {
        Some(resource) if resource == issuer.config.issuer.as_str() => {
            open_session(&issuer, &client, &mut form, &call(&headers)).await
        }
        resource => mint(&issuer, &client, &mut form, resource, &call(&headers)).await,
    }
}
