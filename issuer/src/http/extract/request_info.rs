//! The parts of a request that the audit keeps, from its headers.

use crate::audit::RequestInfo;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use edgewrit_shared::trace_context::is_traceparent;
use std::convert::Infallible;

/// The call with these headers. The outermost layer has set the request's id.
pub(in crate::http) fn request_info(headers: &HeaderMap) -> RequestInfo {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    RequestInfo {
        request_id: text("x-request-id").map(str::to_owned),
        traceparent: text("traceparent")
            .filter(|text| is_traceparent(text))
            .map(str::to_owned),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestInfo {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(request_info(&parts.headers))
    }
}
