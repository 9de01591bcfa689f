//! The listener for operators: metrics and health. It is apart from the listener for requests, and
//! its answers name no client and no secret.

mod state;

pub(crate) use state::AdminState;

use crate::accept::accept;
use crate::metrics::{MEDIA_TYPE, write_metrics};
use edgewrit_connections::{HEAD_BYTES, HEAD_TIME, PacedStream, http1_builder};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::rc::Rc;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::spawn_local;

/// Most connections at the same time; more wait to be accepted.
const CONNECTIONS: usize = 32;

const TEXT: &str = "text/plain; charset=utf-8";

type AdminResponse = Response<Full<Bytes>>;

/// Answers each connection until the task is dropped.
pub(crate) async fn serve(tcp: TcpListener, state: Rc<AdminState>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let place = Arc::clone(&places).acquire_owned().await;
        let stream = accept(&tcp).await;
        let state = Rc::clone(&state);
        let service = service_fn(move |request: Request<Incoming>| {
            let response = answer(&state, request.method(), request.uri().path());
            async move { Ok::<_, Infallible>(response) }
        });
        let stream = TokioIo::new(PacedStream::new(stream));
        let connection = http1_builder(HEAD_TIME, HEAD_BYTES).serve_connection(stream, service);
        spawn_local(async move {
            // A connection that ends in an error has no client left to tell.
            let _ended = connection.await;
            drop(place);
        });
    }
}

fn answer(state: &AdminState, method: &Method, path: &str) -> AdminResponse {
    if !["/metrics", "/healthz", "/readyz"].contains(&path) {
        return text(StatusCode::NOT_FOUND, "expected /metrics, /healthz or /readyz");
    }
    if method != Method::GET && method != Method::HEAD {
        let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "expected GET");
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    match path {
        "/metrics" => {
            let metrics = write_metrics(state.metrics(), &state.gauges());
            respond(StatusCode::OK, MEDIA_TYPE, metrics)
        }
        "/readyz" => match state.find_obstacle() {
            None => text(StatusCode::OK, "ready"),
            Some(obstacle) => text(StatusCode::SERVICE_UNAVAILABLE, obstacle),
        },
        _ => text(StatusCode::OK, "alive"),
    }
}

fn text(status: StatusCode, line: &str) -> AdminResponse {
    respond(status, TEXT, format!("{line}\n"))
}

fn respond(status: StatusCode, media_type: &'static str, body: String) -> AdminResponse {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
