//! The request of a permit, as the HTTP client sends it.

use crate::upstream::HttpClient;
use edgewrit_edge::verdict::permit::OutgoingRequest;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue};
use hyper::{Request, Response, http};
use std::time::Duration;
use tokio::time::timeout;

/// Longest time to the head of the response of an upstream.
const ANSWER_TIME: Duration = Duration::from_secs(60);

/// The request of a permit.
///
/// # Errors
/// If the request would not be the one of the permit.
pub(crate) fn build(outgoing: OutgoingRequest) -> Result<Request<Full<Bytes>>, http::Error> {
    let url = [outgoing.upstream.origin(), &outgoing.target].concat();
    let has_body = outgoing.body.is_some();
    let body = Bytes::from(outgoing.body.unwrap_or_default());
    let mut request = Request::builder()
        .method(outgoing.method.as_str())
        .uri(url)
        .header(HOST, outgoing.upstream.authority());
    if has_body {
        request = request.header(CONTENT_LENGTH, body.len());
    }
    for (name, value) in outgoing.headers {
        let value = HeaderValue::from_maybe_shared(Bytes::from(value))?;
        request = request.header(HeaderName::from_bytes(name.as_bytes())?, value);
    }
    request.body(Full::new(body))
}

/// Sends the request once.
///
/// # Errors
/// If the upstream gave no answer.
pub(crate) async fn send(client: &HttpClient, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, String> {
    match timeout(ANSWER_TIME, client.send(request)).await {
        Ok(answer) => answer.map_err(|error| chain(&error)),
        Err(_) => Err(format!("no answer within {} s", ANSWER_TIME.as_secs())),
    }
}

/// An error with its causes, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
