//! The HTTP client for the issuer. Its connections serve no upstream.
//!
//! It never repeats a request, follows no redirect and reads no proxy from the environment.

mod call;

pub(crate) use call::call;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use std::time::Duration;

/// Longest time for a connection to the issuer.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// Time after which an idle connection is closed.
const IDLE_TIME: Duration = Duration::from_secs(60);
/// Most idle connections of one client.
const IDLE_CONNECTIONS: usize = 64;

/// A client with connections of its own.
#[derive(Clone, Debug)]
pub(crate) struct IssuerClient(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl IssuerClient {
    /// A client that trusts the authorities in `tls`.
    pub(crate) fn new(tls: ClientConfig) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT_TIME));
        tcp.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .enable_http2()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIME)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .retry_canceled_requests(false)
            .set_host(false)
            .build(connector);
        Self(client)
    }

    /// Sends a request once.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Error> {
        self.0.request(request).await
    }
}
