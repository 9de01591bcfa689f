//! Answers in the form of each proxy in front.

use crate::request::{ProxyResponse, answer};
use edgewrit_edge::forward_auth::{Authorized, FrontProxy};
use edgewrit_edge::http::head::{Head, Pair};
use edgewrit_edge::http::header_diff::diff_headers;
use edgewrit_edge::verdict::refusal::Refusal;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use std::sync::Arc;

/// The header by which Envoy removes headers of the request.
const REMOVE: HeaderName = HeaderName::from_static("x-envoy-auth-headers-to-remove");

/// Headers of the request that Envoy itself manages.
const OF_ENVOY: [&str; 3] = ["host", "content-length", "transfer-encoding"];

/// The answer to a permitted question: its headers are those of the request to send.
pub(super) fn permit(front: FrontProxy, question: &Head<'_>, authorized: Authorized) -> ProxyResponse {
    let fields = authorized.into_headers();
    let mut response = answer::bare(StatusCode::OK.as_u16());
    match set_fields(response.headers_mut(), front, question, fields) {
        Some(()) => response,
        // Without all headers the proxy in front would send another request.
        None => answer::bare(StatusCode::INTERNAL_SERVER_ERROR.as_u16()),
    }
}

fn set_fields(
    headers: &mut HeaderMap,
    front: FrontProxy,
    question: &Head<'_>,
    fields: Vec<(Arc<str>, Vec<u8>)>,
) -> Option<()> {
    if front == FrontProxy::Envoy {
        let wanted: Vec<Pair<'_>> = fields.iter().map(|(name, value)| (&**name, value.as_slice())).collect();
        let mut surplus = diff_headers(question.headers, &wanted).remove;
        surplus.retain(|name| !OF_ENVOY.contains(name));
        if !surplus.is_empty() {
            headers.insert(REMOVE, HeaderValue::from_str(&surplus.join(",")).ok()?);
        }
    }
    for (name, value) in fields {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        let mut value = HeaderValue::from_maybe_shared(Bytes::from(value)).ok()?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Some(())
}

/// The answer to a refused question. nginx passes on 401 and 403, and answers 500 for any other
/// status.
pub(super) fn refusal(front: FrontProxy, refusal: &Refusal) -> ProxyResponse {
    let mut response = answer::problem(&refusal.response());
    let status = response.status();
    if front == FrontProxy::Nginx && status.is_client_error() && status != StatusCode::UNAUTHORIZED {
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    response
}
