//! The HTTP client for the upstreams.
//!
//! One permit is one request: the client writes a request once, on one connection. It repeats
//! nothing, follows no redirect and reads no proxy from the environment.
//!
//! A connection over HTTP/1.1 serves the next request only if the whole request was written, the
//! whole response was read, no byte came behind the response, and neither side said `close`. Any
//! other connection is closed.

mod body;
mod connect;
mod error;
mod framing;
mod http1;
mod http2;
mod pool;
mod request;
mod socket;
#[cfg(test)]
mod tests;
mod tls;

pub(crate) use self::body::UpstreamBody;
pub(crate) use self::error::SendError;
pub(crate) use self::request::UpstreamRequest;
pub(crate) use self::tls::system_tls;

use self::connect::{Connection, Connector};
use self::http1::Http1;
use self::http2::Http2;
use self::pool::{Pool, Pools};
use edgewrit_edge::config::Upstream;
use hyper::Response;
use rustls::ClientConfig;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Longest time from the start of a request to the head of its response.
const ANSWER_TIME: Duration = Duration::from_secs(60);

/// The connections of one thread to the upstreams.
#[derive(Debug)]
pub(crate) struct UpstreamClient {
    connector: Connector,
    pools: Pools,
}

impl UpstreamClient {
    /// A client that trusts the authorities in `tls`.
    pub(crate) fn new(tls: ClientConfig) -> Self {
        Self {
            connector: Connector::new(tls),
            pools: Pools::default(),
        }
    }

    /// Sends a request once. The request is aborted if the future or the body of the response is
    /// dropped.
    ///
    /// # Errors
    /// If the upstream gave no answer. The upstream may have acted on the request.
    pub(crate) async fn send(
        &self,
        upstream: &Arc<Upstream>,
        request: UpstreamRequest,
    ) -> Result<Response<UpstreamBody>, SendError> {
        let pool = self.pools.of(upstream);
        match timeout(ANSWER_TIME, self.send_on(pool, request)).await {
            Ok(answer) => answer,
            Err(_) => Err(SendError::Late(ANSWER_TIME)),
        }
    }

    async fn send_on(&self, pool: Rc<Pool>, request: UpstreamRequest) -> Result<Response<UpstreamBody>, SendError> {
        if let Some(connection) = pool.http2() {
            return send_on_stream(connection, &pool, request).await;
        }
        let connection = match pool.take() {
            Some(connection) => Connection::Http1(connection),
            None => self.connector.connect(pool.upstream()).await?,
        };
        match connection {
            Connection::Http1(connection) => send_alone(connection, pool, request).await,
            Connection::Http2(connection) => {
                pool.share(connection.clone());
                send_on_stream(connection, &pool, request).await
            }
        }
    }
}

/// Sends a request on a connection of its own.
async fn send_alone(
    mut connection: Http1,
    pool: Rc<Pool>,
    request: UpstreamRequest,
) -> Result<Response<UpstreamBody>, SendError> {
    let response = connection.send(pool.upstream(), request).await?;
    Ok(response.map(|body| UpstreamBody::of_http1(body, connection, pool)))
}

/// Sends a request on a connection that serves others at the same time.
async fn send_on_stream(
    connection: Http2,
    pool: &Pool,
    request: UpstreamRequest,
) -> Result<Response<UpstreamBody>, SendError> {
    let response = connection.send(pool.upstream(), request).await?;
    Ok(response.map(UpstreamBody::of_http2))
}
