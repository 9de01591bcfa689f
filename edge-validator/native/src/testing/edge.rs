//! An edge in memory, whose permits come from the pipeline.

use crate::clock;
use crate::error_line::error_line;
use crate::request::outgoing::{self, OtherRequest};
use crate::upstream::{SendError, UpstreamBody, UpstreamClient};
use edgewrit_edge::config::Config;
use edgewrit_edge::http::head::Head;
use edgewrit_edge::memory::Memory;
use edgewrit_edge::step::{BodyEnd, Step, start};
use edgewrit_edge::verdict::permit::OutgoingRequest;
use edgewrit_edge::world::World;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_test_issuer as issuer;
use http_body_util::BodyExt as _;
use hyper::Response;
use hyper::body::Bytes;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

const CONFIG: &str = r#"{
    "issuer": "https://issuer.example", "trust": ["BUNDLE_KEY"],
    "edge": {"id": "edge-7", "credential": "${secret:EDGE_KEY}"}, "audience": "https://travel.example",
    "hosts": ["edge.example"],
    "upstreams": {"api": {"origin": "ORIGIN", "credential": {"set": {"authorization": "Key ${secret:API_KEY}"}}}},
    "operations": [
        {"match": "GET /{path}", "upstream": "api", "action": "read", "resource": "{path}", "ignore": ["query.q"]},
        {"match": "HEAD /{path}", "upstream": "api", "action": "read", "resource": "{path}"},
        {"match": "PUT /{path}", "upstream": "api", "action": "write", "resource": "{path}", "ignore": ["body./a"],
            "body": {"type": "application/json", "limit": 1000000}},
        {"match": "DELETE /{path}", "upstream": "api", "action": "delete", "resource": "{path}"}
    ]
}"#;
/// Grants for everything. A deletion takes one of few uses.
const GRANTS: [&str; 2] = [
    r#"{"type":"writ","actions":["read","write"],"resources":["**"]}"#,
    r#"{"type":"writ","actions":["delete"],"resources":["**"],"uses":{"max":9,"allowance":"d"}}"#,
];

/// An edge with one upstream.
pub(crate) struct TestEdge {
    pub(crate) config: Arc<Config>,
    pub(crate) snapshot: Snapshot,
    memory: Memory,
    client: UpstreamClient,
}

/// The answer to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl TestEdge {
    /// An edge in front of `origin`.
    pub(crate) fn new(origin: &str) -> Self {
        Self::with_tls(origin, no_authorities())
    }

    /// An edge in front of `origin`, whose client trusts the authorities in `tls`.
    pub(crate) fn with_tls(origin: &str, tls: ClientConfig) -> Self {
        Self {
            config: Arc::new(config(origin)),
            snapshot: issuer::snapshot(clock::now(), Vec::new()),
            memory: Memory::new(7),
            client: UpstreamClient::new(tls),
        }
    }

    /// The request of a permit.
    pub(crate) fn permit(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> OutgoingRequest {
        let permitted = self.try_permit(method, target, headers, body);
        permitted.unwrap_or_else(|| panic!("`{method} {target}` is refused"))
    }

    /// The request of a permit; `None` if the edge refuses it.
    pub(crate) fn try_permit(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<OutgoingRequest> {
        let authorization = format!("Bearer {}", writ());
        let mut pairs = vec![("authorization", authorization.as_bytes())];
        pairs.extend(headers.iter().map(|(name, value)| (*name, value.as_bytes())));
        let head = Head {
            method,
            target: target.as_bytes(),
            authority: b"edge.example",
            headers: &pairs,
            has_body: !body.is_empty(),
        };
        let world = self.world();
        let step = match start(head, &world) {
            Step::Body(mut need) => {
                need.append(body);
                need.resume(BodyEnd::Whole, &world)
            }
            step => step,
        };
        match step {
            Step::Forward(permit) => Some(permit.into_request().0),
            Step::Refuse(_) => None,
            _ => panic!("another step"),
        }
    }

    fn world(&self) -> World<'_> {
        World {
            config: &self.config,
            snapshot: Some(&self.snapshot),
            memory: &self.memory,
            now: clock::now(),
        }
    }

    /// Sends a permitted request. The body of the response is not read.
    pub(crate) async fn send(&self, method: &str, target: &str, body: &[u8]) -> Result<Response<UpstreamBody>, String> {
        let headers: &[_] = match body {
            b"" => &[],
            _ => &[("content-type", "application/json")],
        };
        let outgoing = self.permit(method, target, headers, body);
        let upstream = Arc::clone(&outgoing.upstream);
        let request = outgoing::build(outgoing).map_err(|error: OtherRequest| error.to_string())?;
        let sent = self.client.send(&upstream, request).await;
        sent.map_err(|error: SendError| error_line(&error))
    }

    /// Sends a permitted request, and reads the response to its end.
    pub(crate) async fn fetch(&self, method: &str, target: &str, body: &[u8]) -> Result<Answer, String> {
        let (head, body) = self.send(method, target, body).await?.into_parts();
        let headers = head.headers.iter();
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        Ok(Answer {
            status: head.status.as_u16(),
            headers: headers
                .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                .collect(),
            body: body.collect().await.map_err(|error| error.to_string())?.to_bytes(),
        })
    }
}

/// The configuration of an edge in front of `origin`.
pub(crate) fn config(origin: &str) -> Config {
    let text = CONFIG.replace("BUNDLE_KEY", &issuer::bundle_key().public().x());
    let secret = |name: &str| Some(format!("secret-of-{name}"));
    Config::read(&text.replace("ORIGIN", origin), &secret).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// A writ for everything.
pub(crate) fn writ() -> String {
    writ_until(clock::now().plus(600))
}

/// A writ for everything until `end`.
pub(crate) fn writ_until(end: UnixSeconds) -> String {
    let now = clock::now();
    let mut claims = issuer::claims(issuer::grants(&GRANTS));
    (claims.iat, claims.nbf, claims.exp) = (now, now, end);
    issuer::writ(&claims)
}

/// TLS that trusts no authority.
pub(crate) fn no_authorities() -> ClientConfig {
    trust(RootCertStore::empty())
}

/// TLS that trusts these authorities.
pub(crate) fn trust(roots: RootCertStore) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}
