//! A request of a permit, as the client writes it.

use edgewrit_edge::config::Upstream;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::http::uri::{PathAndQuery, Uri};
use hyper::{Method, Request, Version, http};

/// A request without a connection.
#[derive(Debug)]
pub(crate) struct UpstreamRequest {
    pub(crate) method: Method,
    pub(crate) target: PathAndQuery,
    /// The headers, without those of the connection.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// The body; `None` if the request has no body.
    pub(crate) body: Option<Bytes>,
}

impl UpstreamRequest {
    /// The request for HTTP/1.1: its target has the origin form, and `host` comes first.
    pub(super) fn into_http1(self, upstream: &Upstream) -> Result<Request<Full<Bytes>>, http::Error> {
        let host = HeaderValue::from_str(upstream.authority())?;
        let uri = Uri::from(self.target.clone());
        Ok(self.into_request(uri, Version::HTTP_11, Some(host)))
    }

    /// The request for HTTP/2, in which `:authority` takes the place of `host` (RFC 9113, section
    /// 8.3.1).
    pub(super) fn into_http2(self, upstream: &Upstream) -> Result<Request<Full<Bytes>>, http::Error> {
        let uri = Uri::builder()
            .scheme(upstream.scheme())
            .authority(upstream.authority())
            .path_and_query(self.target.clone())
            .build()?;
        Ok(self.into_request(uri, Version::HTTP_2, None))
    }

    fn into_request(self, uri: Uri, version: Version, host: Option<HeaderValue>) -> Request<Full<Bytes>> {
        let length = self.length();
        let mut headers = HeaderMap::with_capacity(self.headers.len() + 2);
        if let Some(host) = host {
            headers.append(HOST, host);
        }
        if let Some(length) = length {
            headers.append(CONTENT_LENGTH, length.into());
        }
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        let mut request = Request::new(Full::new(self.body.unwrap_or_default()));
        *request.method_mut() = self.method;
        *request.uri_mut() = uri;
        *request.version_mut() = version;
        *request.headers_mut() = headers;
        request
    }

    /// The value of `content-length`. A method that expects content has a length without content,
    /// too (RFC 9110, section 8.6).
    fn length(&self) -> Option<usize> {
        let expects_none = matches!(
            self.method,
            Method::GET | Method::HEAD | Method::DELETE | Method::OPTIONS
        );
        match &self.body {
            Some(body) => Some(body.len()),
            None if expects_none => None,
            None => Some(0),
        }
    }
}
