//! A connection over HTTP/1.1. It serves one request at a time.

use super::error::SendError;
use super::framing;
use super::request::UpstreamRequest;
use super::socket::Inspector;
use crate::local_executor::OwnedTask;
use edgewrit_edge::config::Upstream;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::header::CONTENT_LENGTH;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

/// Most bytes of the head of a response, and of its body in memory.
const BUFFER_BYTES: usize = 64 * 1024;

/// A connection. Its drop closes it.
#[derive(Debug)]
pub(super) struct Http1 {
    sender: SendRequest<Full<Bytes>>,
    inspector: Inspector,
    /// Whether each response so far lets the connection serve another request.
    persists: bool,
    _task: OwnedTask,
}

/// Begins HTTP/1.1 on `stream`.
pub(super) async fn open(
    stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
    inspector: Inspector,
) -> Result<Http1, SendError> {
    let mut builder = Builder::new();
    builder.max_buf_size(BUFFER_BYTES);
    let (sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
    let task = OwnedTask::start(async move {
        // The request that the connection serves gets the error.
        let _ended = connection.await;
    });
    Ok(Http1 {
        sender,
        inspector,
        persists: true,
        _task: task,
    })
}

impl Http1 {
    /// Whether the connection has ended its last exchange and may serve another request: the whole
    /// request was written, the whole response was read, and neither side said `close`.
    pub(super) fn is_reusable(&self) -> bool {
        self.persists && self.sender.is_ready() && self.inspector.is_written()
    }

    /// Whether the connection may serve another request now: it is open, and nothing has arrived.
    pub(super) fn is_quiet(&self) -> bool {
        self.sender.is_ready() && self.inspector.is_quiet()
    }

    /// Says that the next request is not the first one.
    pub(super) fn begin_again(&self) {
        self.inspector.begin_request();
    }

    /// Sends a request.
    pub(super) async fn send(
        &mut self,
        upstream: &Upstream,
        request: UpstreamRequest,
    ) -> Result<Response<Incoming>, SendError> {
        let request = request.into_http1(upstream)?;
        let mut response = self.sender.send_request(request).await?;
        framing::check(response.headers())?;
        self.persists &= framing::keeps_connection(response.version(), response.headers());
        if response.status() == StatusCode::NO_CONTENT {
            // Such a response has no length (RFC 9110, section 8.6).
            response.headers_mut().remove(CONTENT_LENGTH);
        }
        Ok(response)
    }
}
