//! The proxy with the decision taken out, for measurements: it accepts, sends and answers as the
//! proxy does, permits everything and records nothing. Only the program of a measurement has the
//! feature of this module.

use crate::request::ProxyResponse;
use crate::request::answer::{self, ResponseBody};
use crate::upstream::{SendError, UpstreamRequest};
use crate::worker::Worker;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use hyper::http::uri::PathAndQuery;
use hyper::{Request, Response};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::oneshot;
use tokio::task::spawn_local;

static BEGUN: AtomicBool = AtomicBool::new(false);

/// Makes the process send every request to the first upstream of its configuration, without a
/// decision, from then on.
pub fn decide_nothing() {
    BEGUN.store(true, Ordering::Relaxed);
}

/// Whether the process decides nothing.
pub(crate) fn is_begun() -> bool {
    BEGUN.load(Ordering::Relaxed)
}

/// Answers one request, by a task of its own as the proxy does.
pub(crate) async fn answer(worker: Rc<Worker>, request: Request<Incoming>) -> ProxyResponse {
    let (reply, answered) = oneshot::channel();
    spawn_local(async move {
        let response = exchange(&worker, request).await;
        let _gone = reply.send(response.unwrap_or_else(|_| answer::bare(502)));
    });
    answered.await.unwrap_or_else(|_| answer::bare(500))
}

async fn exchange(worker: &Worker, request: Request<Incoming>) -> Result<ProxyResponse, SendError> {
    let environment = worker.environment();
    let Some(upstream) = environment.config().upstreams().next().map(Arc::clone) else {
        return Ok(answer::bare(404));
    };
    let (head, body) = request.into_parts();
    let has_body = head.headers.contains_key(CONTENT_LENGTH);
    let body = body.collect().await?.to_bytes();
    let headers = head.headers.iter();
    let passing = headers.filter(|(name, _)| ![HOST, CONNECTION, CONTENT_LENGTH].contains(name));
    let request = UpstreamRequest {
        method: head.method,
        headers: passing.map(|(name, value)| (name.clone(), value.clone())).collect(),
        target: head
            .uri
            .into_parts()
            .path_and_query
            .unwrap_or(PathAndQuery::from_static("/")),
        body: has_body.then_some(body),
    };
    let (mut head, body) = worker.upstreams.send(&upstream, request).await?.into_parts();
    head.headers.remove(CONNECTION);
    head.headers.remove(TRANSFER_ENCODING);
    Ok(Response::from_parts(head, ResponseBody::Short(body)))
}
