//! A connection over HTTP/2, which serves many requests at a time. Each response belongs to the
//! stream of its request, so a response cannot reach another request.

use super::error::SendError;
use super::framing;
use super::request::UpstreamRequest;
use crate::local_executor::LocalExecutor;
use edgewrit_edge::config::Upstream;
use http_body_util::Full;
use hyper::Response;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::spawn_local;

/// Most unread bytes of one response in memory.
const STREAM_BYTES: u32 = 64 * 1024;
/// Most unread bytes of all responses of a connection in memory.
const CONNECTION_BYTES: u32 = 1024 * 1024;
/// Most bytes of the head of a response.
const HEAD_BYTES: u32 = 64 * 1024;
/// Time after which the connection is checked while a request waits, and longest time to the
/// answer.
const PING_TIME: Duration = Duration::from_secs(20);

/// A connection. It closes after its last request, when no clone is left.
#[derive(Clone, Debug)]
pub(super) struct Http2(SendRequest<Full<Bytes>>);

/// Begins HTTP/2 on `stream`.
pub(super) async fn open(stream: impl AsyncRead + AsyncWrite + Unpin + 'static) -> Result<Http2, SendError> {
    let mut builder = Builder::new(LocalExecutor);
    builder
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_BYTES)
        .initial_connection_window_size(CONNECTION_BYTES)
        .max_header_list_size(HEAD_BYTES)
        .keep_alive_interval(PING_TIME)
        .keep_alive_timeout(PING_TIME);
    let (sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
    spawn_local(async move {
        // The requests that the connection serves get the error.
        let _ended = connection.await;
    });
    Ok(Http2(sender))
}

impl Http2 {
    /// Whether the connection takes requests.
    pub(super) fn is_open(&self) -> bool {
        self.0.is_ready()
    }

    /// Sends a request.
    pub(super) async fn send(
        mut self,
        upstream: &Upstream,
        request: UpstreamRequest,
    ) -> Result<Response<Incoming>, SendError> {
        let request = request.into_http2(upstream)?;
        let response = self.0.send_request(request).await?;
        framing::check(response.headers())?;
        Ok(response)
    }
}
