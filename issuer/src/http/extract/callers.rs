//! The callers that a handler admits. The type of its first argument says which.

use super::auth;
use crate::http::problem::Problem;
use crate::registry::{Client, RegisteredEdge};
use crate::state::Issuer;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use std::convert::Infallible;
use std::sync::Arc;

/// A kind of caller that an endpoint admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdmittedCaller {
    /// Every caller, authenticated or not.
    Unauthenticated,
    /// A client, by HTTP Basic or by the bearer of its session.
    Client,
    /// A client, by HTTP Basic or by its secret in the form.
    FormClient,
    /// As [`Self::FormClient`], or an edge by HTTP Basic.
    FormClientOrEdge,
    /// An edge, by HTTP Basic.
    Edge,
    /// The operator, by the bearer of a session.
    Operator,
    /// A client, by the bearer of a session.
    ClientSession,
    /// An agent, by its writ as the bearer.
    Agent,
    /// The holder of a session or of a writ.
    Bearer,
    /// The operator, who alone can open the socket in the data directory.
    SocketOperator,
}

/// An argument of a handler that admits one kind of caller, and rejects every other.
pub(in crate::http) trait AdmitsCaller {
    /// The kind of caller.
    const CALLER: AdmittedCaller;
}

/// Admits every caller.
pub(in crate::http) struct Unauthenticated;

impl AdmitsCaller for Unauthenticated {
    const CALLER: AdmittedCaller = AdmittedCaller::Unauthenticated;
}

impl<S: Send + Sync> FromRequestParts<S> for Unauthenticated {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

/// Admits a client.
pub(in crate::http) struct AuthenticatedClient(pub(in crate::http) Arc<Client>);

impl AdmitsCaller for AuthenticatedClient {
    const CALLER: AdmittedCaller = AdmittedCaller::Client;
}

impl<S: Send + Sync> FromRequestParts<S> for AuthenticatedClient
where
    Arc<Issuer>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let issuer = Arc::<Issuer>::from_ref(state);
        auth::authenticate_client(&issuer, &parts.headers).await.map(Self)
    }
}

/// Admits an edge.
pub(in crate::http) struct AuthenticatedEdge(pub(in crate::http) Arc<RegisteredEdge>);

impl AdmitsCaller for AuthenticatedEdge {
    const CALLER: AdmittedCaller = AdmittedCaller::Edge;
}

impl<S: Send + Sync> FromRequestParts<S> for AuthenticatedEdge
where
    Arc<Issuer>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let issuer = Arc::<Issuer>::from_ref(state);
        auth::authenticate_edge(&issuer, &parts.headers).map(Self)
    }
}

/// Admits the operator on the socket in the data directory, which only the operator can open.
pub(in crate::http) struct SocketOperator;

impl AdmitsCaller for SocketOperator {
    const CALLER: AdmittedCaller = AdmittedCaller::SocketOperator;
}

impl<S: Send + Sync> FromRequestParts<S> for SocketOperator {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self)
    }
}
