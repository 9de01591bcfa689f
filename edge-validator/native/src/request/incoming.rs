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

#[cfg(test)]
mod tests {
    use super::read_authority;
    use hyper::Request;

    /// The host of a request with this target and these `host` headers. The target is the absolute
    /// form of HTTP/1.1, or `:authority` of HTTP/2.
    fn authority(target: &str, hosts: &[&str]) -> Option<String> {
        let request = Request::builder().uri(target);
        let request = hosts
            .iter()
            .fold(request, |request, host| request.header("host", *host));
        let (head, ()) = request.body(()).unwrap().into_parts();
        read_authority(&head).map(|host| String::from_utf8_lossy(host).into_owned())
    }

    #[test]
    fn h6_an_authority_and_a_host_that_differ_are_refused() {
        let absolute = "http://edge.example/first";
        for hosts in [
            &["other.example"][..],
            &["edge.example:80"],
            &["edge.example."],
            &[""],
            &["edge.example", "edge.example"],
        ] {
            assert_eq!(authority(absolute, hosts), None, "{hosts:?}");
        }
        for target in [
            "http://user@edge.example/first",
            "http://edge.example:80@other.example/",
        ] {
            assert_eq!(authority(target, &["edge.example"]), None, "{target}");
        }
        assert_eq!(authority(absolute, &["EDGE.example"]).as_deref(), Some("edge.example"));
        assert_eq!(authority(absolute, &[]).as_deref(), Some("edge.example"));
    }

    #[test]
    fn h6_no_host_or_two_hosts_are_refused() {
        assert_eq!(authority("/first", &[]), None);
        assert_eq!(authority("/first", &["edge.example", "edge.example"]), None);
        assert_eq!(authority("/first", &["edge.example"]).as_deref(), Some("edge.example"));
    }
}
