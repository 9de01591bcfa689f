//! The client-credentials grant (RFC 6749, section 4.4) with `authorization_details` (RFC 9396),
//! `scope` and `resource` (RFC 8707).

use super::error::{OAuthError, OAuthErrorCode};
use super::form::TokenForm;
use crate::audit::RequestInfo;
use crate::base::json_document;
use crate::base::json_document::ReadError;
use crate::http::extract::body;
use crate::http::problem::Problem;
use crate::http::response;
use crate::policy::task_request::{AudiencePart, read_grant};
use crate::registry::Client;
use crate::state::Issuer;
use crate::tasks::lifecycle::{StartError, Started};
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::json::document::{FaultList, Node};
use edgewrit_shared::limits::{GRANTS_PER_WRIT, JSON_VALUES};
use edgewrit_shared::token::claims::Authority;
use serde::Serialize;
use serde_json::value::RawValue;
use std::sync::Arc;

/// A writ for `resource`, or for the only audience of the client.
pub(super) async fn mint(
    issuer: &Issuer,
    client: &Arc<Client>,
    form: &mut TokenForm,
    resource: Option<String>,
    info: &RequestInfo,
) -> Result<Response, OAuthError> {
    let audience = resource.or_else(|| client.ceiling.only_audience().map(str::to_owned));
    let audience = audience.filter(|audience| client.ceiling.entry(audience).is_some());
    let unknown = || {
        OAuthError::new(
            OAuthErrorCode::InvalidTarget,
            "expected `resource` to be one audience of the client's ceiling",
        )
    };
    let (audience, scope, details) = (audience.ok_or_else(unknown)?, form.take(SCOPE), form.take(DETAILS));
    let length = scope.iter().chain(&details).map(String::len).sum();
    let part = body::read_aside(length, move || read_part(scope, details, audience)).await??;
    let by_scope = part.place == SCOPE;
    let started = issuer.tasks.start_part(client, part, info).await;
    token_answer(&started.map_err(|error| refuse_start(error, by_scope))?)
}

pub(super) async fn open_session(
    issuer: &Issuer,
    client: &Client,
    form: &mut TokenForm,
    info: &RequestInfo,
) -> Result<Response, OAuthError> {
    if form.take("scope").is_some() || form.take("authorization_details").is_some() {
        let why = "a session at the issuer has no `scope` and no `authorization_details`";
        return Err(OAuthError::new(OAuthErrorCode::InvalidScope, why));
    }
    let opened = issuer.logins.open_for_client(client, info).await;
    let session = opened.map_err(Problem::from)?;
    Ok(response::json(
        StatusCode::OK,
        &TokenAnswer {
            access_token: session.token.expose(),
            token_type: "Bearer",
            expires_in: session.ttl,
            ..TokenAnswer::default()
        },
    ))
}

/// The parameter of grants that were asked for as `scope`.
const SCOPE: &str = "scope";
/// The parameter of all others.
const DETAILS: &str = "authorization_details";

/// The grants asked for: by `scope` or by `authorization_details`, as a writ says them by one or
/// the other.
fn read_part(scope: Option<String>, details: Option<String>, audience: String) -> Result<AudiencePart, OAuthError> {
    let (place, grants) = match (scope, details) {
        (Some(scope), None) => (SCOPE, read_scopes(&scope)?),
        (None, Some(details)) => (DETAILS, read_details(&details)?),
        _ => {
            let why = "expected exactly one of `scope` and `authorization_details`";
            return Err(OAuthError::new(OAuthErrorCode::InvalidRequest, why));
        }
    };
    let place = place.to_owned();
    Ok(AudiencePart {
        audience,
        place,
        grants,
    })
}

fn read_scopes(text: &str) -> Result<Vec<Grant>, OAuthError> {
    let scopes: Vec<&str> = text.split(' ').collect();
    if scopes.len() > GRANTS_PER_WRIT {
        return Err(OAuthError::new(
            OAuthErrorCode::InvalidScope,
            format!("more than {GRANTS_PER_WRIT} scopes"),
        ));
    }
    let grants: Result<_, _> = scopes.into_iter().map(Grant::from_scope).collect();
    grants.map_err(|message| OAuthError::new(OAuthErrorCode::InvalidScope, message))
}

fn read_details(text: &str) -> Result<Vec<Grant>, OAuthError> {
    let read = |node: &Node<'_>| {
        let items = node.list(GRANTS_PER_WRIT)?;
        if items.is_empty() {
            node.fault("expected at least one grant");
        }
        let grants: Vec<_> = items.iter().map(read_grant).collect();
        grants.into_iter().collect()
    };
    json_document::json(text.as_bytes(), JSON_VALUES, read).map_err(|error| {
        let why = match error {
            ReadError::Json(error) => error.to_string(),
            ReadError::Shape(faults) => join_faults(&faults),
        };
        OAuthError::new(OAuthErrorCode::InvalidAuthorizationDetails, why)
    })
}

fn join_faults(faults: &FaultList) -> String {
    faults.lines().collect::<Vec<_>>().join("; ")
}

fn refuse_start(error: StartError, by_scope: bool) -> OAuthError {
    match error {
        StartError::Beyond(faults) if by_scope => OAuthError::new(OAuthErrorCode::InvalidScope, join_faults(&faults)),
        StartError::Beyond(faults) | StartError::NeverOpen(faults) => {
            OAuthError::new(OAuthErrorCode::InvalidAuthorizationDetails, join_faults(&faults))
        }
        error => Problem::from(error).into(),
    }
}

#[derive(Default, Serialize)]
struct TokenAnswer<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_id: Option<&'a str>,
}

fn token_answer(started: &Started) -> Result<Response, OAuthError> {
    let (Some(writ), Some(authority)) = (started.writs.first(), started.task.authorities.first()) else {
        return Err(OAuthError::new(OAuthErrorCode::ServerError, "the issuer failed"));
    };
    let mut answer = TokenAnswer {
        access_token: writ.token.expose(),
        token_type: "Bearer",
        expires_in: writ.expires_in,
        task_id: Some(&started.task.ask.task_id),
        ..TokenAnswer::default()
    };
    match authority {
        Authority::Scope(scopes) => answer.scope = Some(scopes.join(" ")),
        Authority::Details(grants) => {
            let grants: Vec<_> = grants.iter().map(Grant::to_json).collect();
            answer.authorization_details = RawValue::from_string(format!("[{}]", grants.join(","))).ok();
        }
    }
    Ok(response::json(StatusCode::OK, &answer))
}
