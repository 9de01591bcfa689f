//! The bearer that a request presents, and the event that is recorded if it is not sufficient.

use crate::audit::{Event, EventKind, RequestInfo};
use crate::base::source::RequestSource;
use crate::http::extract::auth;
use crate::http::extract::callers::{AdmitsCaller, AdmittedCaller};
use crate::http::extract::request_info::request_info;
use crate::http::extract::source::find_source;
use crate::http::problem::{Code, Problem};
use crate::registry::{Client, OPERATOR};
use crate::sessions::{Principal, Session};
use crate::state::Issuer;
use crate::tokens::status::of_writ;
use axum::extract::{FromRef, FromRequestParts, MatchedPath};
use axum::http::Method;
use axum::http::request::Parts;
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
struct BearerRequest<'a> {
    issuer: &'a Issuer,
    token: Option<Secret>,
    source: RequestSource,
    info: RequestInfo,
    method: Method,
    /// The endpoint, as the router knows it: nothing that a client wrote.
    path: Option<MatchedPath>,
}

impl<'a> BearerRequest<'a> {
    fn of(issuer: &'a Issuer, parts: &Parts) -> Self {
        Self {
            issuer,
            token: auth::read_bearer(&parts.headers),
            source: find_source(&issuer.config, parts),
            info: request_info(&parts.headers),
            method: parts.method.clone(),
            path: parts.extensions.get().cloned(),
        }
    }

    /// The bearer, if it is valid now. Missing, malformed, expired and revoked ones are all the
    /// same.
    async fn bearer(&self) -> Result<Bearer, Problem> {
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

    /// The value that `admit` makes of the bearer. A bearer that it does not admit is recorded.
    async fn admit<T>(&self, admit: impl FnOnce(&Bearer) -> Option<T>) -> Result<T, Problem> {
        let bearer = self.bearer().await?;
        match admit(&bearer) {
            Some(admitted) => Ok(admitted),
            None => Err(self.insufficient(&bearer).await?),
        }
    }

    /// The problem of a bearer that is not for this endpoint, once it is recorded.
    async fn insufficient(&self, bearer: &Bearer) -> Result<Problem, Problem> {
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

/// Admits the operator.
pub(super) struct Operator;

impl AdmitsCaller for Operator {
    const CALLER: AdmittedCaller = AdmittedCaller::Operator;
}

impl<S: Send + Sync> FromRequestParts<S> for Operator
where
    Arc<Issuer>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let issuer = Arc::<Issuer>::from_ref(state);
        let admit = |bearer: &Bearer| match bearer {
            Bearer::Session(session) if session.who == Principal::Operator => Some(Self),
            _ => None,
        };
        BearerRequest::of(&issuer, parts).admit(admit).await
    }
}

/// Admits a client by the bearer of a session.
pub(super) struct ClientSession(pub(super) Arc<Client>);

impl AdmitsCaller for ClientSession {
    const CALLER: AdmittedCaller = AdmittedCaller::ClientSession;
}

impl<S: Send + Sync> FromRequestParts<S> for ClientSession
where
    Arc<Issuer>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let issuer = Arc::<Issuer>::from_ref(state);
        let admit = |bearer: &Bearer| match bearer {
            Bearer::Session(Session {
                who: Principal::Client(id),
                ..
            }) => issuer.registry.client(id).map(Self),
            _ => None,
        };
        BearerRequest::of(&issuer, parts).admit(admit).await
    }
}

/// Admits an agent by its writ.
pub(super) struct AgentBearer(pub(super) Arc<Verified>);

impl AdmitsCaller for AgentBearer {
    const CALLER: AdmittedCaller = AdmittedCaller::Agent;
}

impl<S: Send + Sync> FromRequestParts<S> for AgentBearer
where
    Arc<Issuer>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let issuer = Arc::<Issuer>::from_ref(state);
        let admit = |bearer: &Bearer| match bearer {
            Bearer::Writ(writ) => Some(Self(Arc::clone(writ))),
            Bearer::Session(_) => None,
        };
        BearerRequest::of(&issuer, parts).admit(admit).await
    }
}

impl AdmitsCaller for Bearer {
    const CALLER: AdmittedCaller = AdmittedCaller::Bearer;
}

impl<S: Send + Sync> FromRequestParts<S> for Bearer
where
    Arc<Issuer>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let issuer = Arc::<Issuer>::from_ref(state);
        BearerRequest::of(&issuer, parts).bearer().await
    }
}
