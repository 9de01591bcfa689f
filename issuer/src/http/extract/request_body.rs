//! Bodies and paths as arguments of handlers. They follow the caller, and so are read only for a
//! caller that is admitted.

use super::body;
use crate::http::problem::Problem;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use edgewrit_shared::json::document::Node;
use edgewrit_shared::limits::JSON_VALUES;

/// A body in JSON, which is read strictly.
pub(in crate::http) trait JsonRequest: Sized + Send + 'static {
    /// Values (members, elements and scalars) in one body.
    const VALUES: usize = JSON_VALUES;

    /// Reads a body.
    fn read(node: &Node<'_>) -> Option<Self>;
}

/// A JSON body, and its bytes for handlers that compare bodies.
pub(in crate::http) struct JsonBody<T> {
    pub(in crate::http) value: T,
    pub(in crate::http) bytes: Bytes,
}

impl<S: Send + Sync, T: JsonRequest> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (value, bytes) = body::json(request, T::VALUES, T::read).await?;
        Ok(Self { value, bytes })
    }
}

/// An empty body, or `{}`.
pub(in crate::http) struct EmptyBody;

impl<S: Send + Sync> FromRequest<S> for EmptyBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        body::expect_empty(request).await.map(|()| Self)
    }
}

/// A body that is received and not read.
pub(in crate::http) struct IgnoredBody;

impl<S: Send + Sync> FromRequest<S> for IgnoredBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        body::receive(request).await.map(|_| Self)
    }
}

/// The one parameter of a path.
pub(in crate::http) struct PathId(pub(in crate::http) String);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(id) = Path::<String>::from_request_parts(parts, state).await?;
        Ok(Self(id))
    }
}
