//! New connections to upstreams.

use super::error::SendError;
use super::http1::{self, Http1};
use super::http2::{self, Http2};
use super::socket::Socket;
use edgewrit_edge::config::Upstream;
use edgewrit_shared::origin::split_port;
use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower::ServiceExt as _;

/// Longest time for a connection to an upstream, TLS included.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// Most bytes of a request that the system takes before the upstream has received them. So a response
/// before the end of a longer request is known as an early one.
const UNSENT_BYTES: usize = 128 * 1024;
/// The name of HTTP/2 in the TLS handshake (RFC 9113, section 3.2).
const H2: &[u8] = b"h2";
/// The name of HTTP/1.1 in the TLS handshake (RFC 7301, section 6).
const HTTP11: &[u8] = b"http/1.1";

/// Makes connections.
#[derive(Clone)]
pub(super) struct Connector {
    tcp: HttpConnector,
    tls: TlsConnector,
}

/// A connection that has served no request.
pub(super) enum Connection {
    Http1(Http1),
    Http2(Http2),
}

impl Connector {
    pub(super) fn new(mut tls: ClientConfig) -> Self {
        tls.alpn_protocols = [H2, HTTP11].map(Vec::from).into();
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT_TIME));
        tcp.set_nodelay(true);
        tcp.set_send_buffer_size(Some(UNSENT_BYTES));
        Self {
            tcp,
            tls: TlsConnector::from(Arc::new(tls)),
        }
    }

    /// Connects to the origin of `upstream`. Over TLS, the upstream chooses HTTP/1.1 or HTTP/2.
    pub(super) async fn connect(&self, upstream: &Upstream) -> Result<Connection, SendError> {
        let connected = timeout(CONNECT_TIME, self.connect_at_leisure(upstream)).await;
        connected.unwrap_or(Err(SendError::ConnectLate(CONNECT_TIME)))
    }

    async fn connect_at_leisure(&self, upstream: &Upstream) -> Result<Connection, SendError> {
        let socket = Socket::new(self.connect_tcp(upstream).await?);
        let inspector = socket.inspector();
        if upstream.scheme() == "http" {
            return http1::open(socket, inspector).await.map(Connection::Http1);
        }
        let stream = self.connect_tls(upstream, socket).await.map_err(SendError::Tls)?;
        match stream.get_ref().1.alpn_protocol() {
            Some(H2) => http2::open(stream).await.map(Connection::Http2),
            _ => http1::open(stream, inspector).await.map(Connection::Http1),
        }
    }

    async fn connect_tcp(&self, upstream: &Upstream) -> Result<TcpStream, SendError> {
        let refused = |error: Box<dyn Error + Send + Sync>| SendError::Connect(error);
        let origin: Uri = upstream.origin().parse().map_err(|error| refused(Box::new(error)))?;
        let connected = self.tcp.clone().oneshot(origin).await;
        connected
            .map(|stream| stream.into_inner())
            .map_err(|error| refused(Box::new(error)))
    }

    async fn connect_tls(&self, upstream: &Upstream, socket: Socket) -> io::Result<TlsStream<Socket>> {
        let (host, _) = split_port(upstream.authority());
        let host = host.trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(host).map_err(io::Error::other)?;
        self.tls.connect(name, socket).await
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Connector")
    }
}
