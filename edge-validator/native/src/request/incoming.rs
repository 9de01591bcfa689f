//! Reading of the head of a request.

use edgewrit_edge::http::head::{Head, Pair};
use hyper::body::{Body as _, Incoming};
use hyper::header::HOST;
use hyper::http::request::Parts;

/// The head of a request, borrowed from the server.
pub(crate) struct IncomingHead<'r> {
    method: &'r str,
    target: &'r str,
    authority: &'r [u8],
    headers: Vec<Pair<'r>>,
    has_body: bool,
}

impl<'r> IncomingHead<'r> {
    /// Reads the head; `None` if it names no host, or two different hosts.
    pub(crate) fn read(head: &'r Parts, body: &Incoming) -> Option<Self> {
        Some(Self {
            method: head.method.as_str(),
            target: head.uri.path_and_query().map_or("", |target| target.as_str()),
            authority: read_authority(head)?,
            headers: head
                .headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_bytes()))
                .collect(),
            has_body: !body.is_end_stream(),
        })
    }

    /// The head as the pipeline expects it.
    pub(crate) fn as_head(&self) -> Head<'_> {
        Head {
            method: self.method,
            target: self.target.as_bytes(),
            authority: self.authority,
            headers: &self.headers,
            has_body: self.has_body,
        }
    }
}

/// The host that the client names. An authority in the target and the header `host` must agree.
fn read_authority(head: &Parts) -> Option<&[u8]> {
    let mut hosts = head.headers.get_all(HOST).iter();
    let host = hosts.next().map(|host| host.as_bytes());
    let authority = head.uri.authority().map(|authority| authority.as_str().as_bytes());
    if hosts.next().is_some() {
        return None;
    }
    match (authority, host) {
        (Some(authority), Some(host)) => authority.eq_ignore_ascii_case(host).then_some(authority),
        (authority, host) => authority.or(host),
    }
}
