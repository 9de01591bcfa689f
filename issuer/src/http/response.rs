//! Answers as JSON.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;

/// `value` as `application/json`.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    json_of_type(status, "application/json", value)
}

/// `value` as JSON of a type of its own.
pub(super) fn json_of_type(status: StatusCode, content_type: &'static str, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => bytes_of(status, content_type, bytes),
        // The answers are structures of text and numbers, which always have a JSON form.
        Err(_) => bytes_of(StatusCode::INTERNAL_SERVER_ERROR, content_type, Vec::new()),
    }
}

/// `bytes` of a given type.
pub(super) fn bytes_of(status: StatusCode, content_type: &'static str, bytes: impl Into<Body>) -> Response {
    let mut response = Response::new(bytes.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Sets `cache-control`.
pub(super) fn with_cache_control(mut response: Response, how: &'static str) -> Response {
    let how = HeaderValue::from_static(how);
    response.headers_mut().insert(header::CACHE_CONTROL, how);
    response
}
