//! The layers around every endpoint. Each response gets an id, headers that keep it out of caches
//! and sniffers, and the body of a problem.

use crate::http::problem::{Code, Problem};
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Longest id of a request that is taken over from the client, in characters.
const REQUEST_ID_CHARACTERS: usize = 128;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The source of the ids of requests: a prefix of the process, then a counter.
#[derive(Debug)]
pub(super) struct RequestIds {
    prefix: String,
    next: AtomicU64,
}

impl Default for RequestIds {
    fn default() -> Self {
        // Without randomness two processes could use the same ids, which harms only the reader of
        // two logs.
        let prefix = crate::base::id::random::<8>().unwrap_or_default();
        Self {
            prefix: crate::base::id::hex(&prefix),
            next: AtomicU64::new(1),
        }
    }
}

impl RequestIds {
    fn name(&self, headers: &HeaderMap) -> HeaderValue {
        let theirs = headers.get(REQUEST_ID).filter(|value| is_request_id(value.as_bytes()));
        theirs.cloned().unwrap_or_else(|| {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let name = HeaderValue::from_str(&format!("{}-{number}", self.prefix));
            // Hexadecimal digits and a hyphen are a header's value.
            name.unwrap_or_else(|_| HeaderValue::from_static("-"))
        })
    }
}

fn is_request_id(bytes: &[u8]) -> bool {
    (1..=REQUEST_ID_CHARACTERS).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
}

/// The outermost layer: names the request, renders problems, sets the headers.
pub(super) async fn finish_response(
    State(names): State<Arc<RequestIds>>,
    mut request: Request,
    next: Next,
) -> Response {
    let name = names.name(request.headers());
    request.headers_mut().insert(REQUEST_ID, name.clone());
    let mut response = run_to_completion(request, next).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        render(&mut response, &problem, name.to_str().unwrap_or_default());
    }
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, name);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// For how long browsers and clients that heard it use no plain HTTP (RFC 6797): a year.
const ENCRYPTED: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Says so, where something in front of the issuer encrypts.
pub(super) async fn require_https(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::STRICT_TRANSPORT_SECURITY, ENCRYPTED);
    response
}

/// Runs every request that may change something in a task of its own. A client that drops its
/// request does not stop it between what became durable and what is made of it in memory. No
/// handler has to see to that itself.
async fn run_to_completion(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let ran = tokio::spawn(next.run(request)).await;
    ran.unwrap_or_else(|_| Problem::new(Code::Internal).into_response())
}

fn render(response: &mut Response, problem: &Problem, request_id: &str) {
    *response.body_mut() = Body::from(problem.body(request_id).to_string());
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if let Some(seconds) = problem.is_over_in() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if problem.code() == Code::Unauthorized {
        headers.insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"edgewrit\""),
        );
    }
}

/// Writes a line about each request that failed by our fault, and, when asked to, about every
/// other. Nothing in it was chosen by the client but the request's id, which is visible ASCII.
pub(super) async fn log_request(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let name = request.headers().get(REQUEST_ID).cloned();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let method = if route == "-" { "-" } else { method.as_str() };
    let request_id = name.as_ref().and_then(|name| name.to_str().ok()).unwrap_or("-");
    let problem = response.extensions().get::<Problem>();
    let error_code = problem.map_or("-", Problem::error_code);
    let inside = problem.and_then(Problem::for_log).unwrap_or("-");
    if status >= 500 {
        tracing::error!(request_id, method, route, status, error_code, inside, "failed");
    } else if problem.is_some() {
        tracing::info!(request_id, method, route, status, error_code, inside, "refused");
    } else {
        tracing::debug!(request_id, method, route, status, "answered");
    }
    response
}
