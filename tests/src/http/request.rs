//! A request to send, as bytes that are exactly what was asked for.

use super::headers::{HeaderList, values};
use super::{HttpResponse, send};
use anyhow::Result;
use std::net::SocketAddr;

/// A request.
#[derive(Clone, Debug, Default)]
pub struct HttpRequest {
    /// The method.
    pub method: String,
    /// The target.
    pub target: Vec<u8>,
    /// The headers besides `host` and `content-length`, which are added unless they are here.
    pub headers: HeaderList,
    /// The body.
    pub body: Option<Vec<u8>>,
}

impl HttpRequest {
    /// A request without headers and body.
    #[must_use]
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            ..Self::default()
        }
    }

    /// One more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With this JSON text as its body.
    #[must_use]
    pub fn json(mut self, body: impl ToString) -> Self {
        self.body = Some(body.to_string().into_bytes());
        self.header("content-type", "application/json")
    }

    /// With this token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// All its headers on the way to `host`.
    #[must_use]
    pub fn framed_headers(&self, host: &str) -> HeaderList {
        let mut headers = self.headers.clone();
        if values(&headers, "host").is_empty() {
            headers.insert(0, ("host".into(), host.into()));
        }
        let framed = ["content-length", "transfer-encoding"]
            .iter()
            .any(|name| !values(&headers, name).is_empty());
        if let (Some(body), false) = (&self.body, framed) {
            headers.push(("content-length".into(), body.len().to_string().into()));
        }
        headers
    }

    /// The bytes to write.
    #[must_use]
    pub fn bytes(&self, host: &str) -> Vec<u8> {
        let mut out = [self.method.as_bytes(), b" ", &self.target, b" HTTP/1.1\r\n"].concat();
        for (name, value) in self.framed_headers(host) {
            out.extend_from_slice(&[name.as_bytes(), b": ", &value, b"\r\n"].concat());
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(self.body.as_deref().unwrap_or_default());
        out
    }

    /// Sends it on a connection of its own.
    ///
    /// # Errors
    /// If no server listens or no answer comes.
    pub fn send(&self, address: SocketAddr) -> Result<HttpResponse> {
        send(address, &self.bytes(&address.to_string()))
    }
}
