//! The bearer that a request presents, and the event that is recorded if it is not sufficient.

use crate::audit::{Event, EventKind, RequestInfo};
use crate::base::source::RequestSource;
use crate::http::extract::auth;
use crate::http::extract::request_info::request_info;
use crate::http::extract::source::find_source;
use crate::http::problem::{Code, Problem};
use crate::registry::OPERATOR;
use crate::sessions::{Principal, Session};
use crate::state::Issuer;
use crate::tokens::status::of_writ;
use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use edgewrit_shared::secret::Secret;
use edgewrit_shared::token::Verified;
use serde_json::json;
use std::sync::Arc;

/// A valid bearer.
pub(super) enum Bearer {
    Session(Session),
    Writ(Arc<Verified>),
}

impl Bearer {
    /// The client in whose name it is presented.
    fn client_id(&self) -> &str {
        match self {
            Self::Session(session) => match &session.who {
                Principal::Operator => OPERATOR,
                Principal::Client(client_id) => client_id,
            },
            Self::Writ(writ) => &writ.claims().client_id,
        }
    }
}

/// A request, as far as its bearer is checked and recorded.
pub(super) struct BearerRequest<'a> {
    issuer: &'a Issuer,
    token: Option<Secret>,
    source: RequestSource,
    info: RequestInfo,
    method: Method,
    /// The endpoint, as the router knows it: nothing that a client wrote.
    path: Option<MatchedPath>,
}

impl<'a> BearerRequest<'a> {
    pub(super) fn of(issuer: &'a Issuer, request: &Request) -> Self {
        Self {
            issuer,
            token: auth::read_bearer(request.headers()),
            source: find_source(&issuer.config, request),
            info: request_info(request.headers()),
            method: request.method().clone(),
            path: request.extensions().get().cloned(),
        }
    }

    /// Passes if the bearer is a session of the operator.
    pub(super) async fn by_operator(self) -> Result<(), Problem> {
        match self.bearer().await? {
            Bearer::Session(session) if session.who == Principal::Operator => Ok(()),
            other => Err(self.insufficient(&other).await?),
        }
    }

    /// The writ that the bearer is.
    pub(super) async fn by_agent(self) -> Result<Arc<Verified>, Problem> {
        match self.bearer().await? {
            Bearer::Writ(writ) => Ok(writ),
            other => Err(self.insufficient(&other).await?),
        }
    }

    /// The bearer, if it is valid now. Missing, malformed, expired and revoked ones are all the
    /// same.
    pub(super) async fn bearer(&self) -> Result<Bearer, Problem> {
        let issuer = self.issuer;
        if let Some(token) = &self.token {
            if let Some(session) = issuer.sessions.find_valid(token).await? {
                return Ok(Bearer::Session(session));
            }
            if let Some(writ) = issuer.tokens.find_valid(token.expose()).await? {
                return Ok(Bearer::Writ(writ));
            }
        }
        let data = json!({"source": self.source.to_string(), "resource": self.resource()});
        let event = Event::denied(EventKind::TokenAuthFailed).in_request(&self.info);
        issuer.events.record(event.source(&self.source).data(&data)).await?;
        Err(Code::Unauthorized.into())
    }

    /// The problem of a bearer that is not for this endpoint, once it is recorded.
    pub(super) async fn insufficient(&self, bearer: &Bearer) -> Result<Problem, Problem> {
        let event = Event::denied(EventKind::ScopeViolation).in_request(&self.info);
        let (event, writ) = match bearer {
            Bearer::Session(_) => (event.client(bearer.client_id()), None),
            Bearer::Writ(writ) => (of_writ(event, writ.claims()), Some(writ.claims())),
        };
        let event = event.data(&json!({"resource": self.resource()}));
        self.issuer.events.record_refusal(event, writ).await?;
        Ok(Code::InsufficientScope.into())
    }

    fn resource(&self) -> String {
        let path = self.path.as_ref().map_or("-", MatchedPath::as_str);
        format!("{} {path}", self.method)
    }
}
