//! An edge that answers, the proxy in front, and the upstream that writes down what it gets.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::front::{AnsweringEdge, FrontKind, FrontProxy, HOST};
use edgewrit_tests::http::{HttpRequest, HttpResponse, ReceivedRequest, field};
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::Fixture;
use edgewrit_tests::upstream::Recorder;
use std::net::SocketAddr;
use std::time::Duration;

/// The key of the API.
pub(crate) const KEY: &str = "the-key-of-the-api";

/// The time for an answer over HTTP/2.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The fields of a request over HTTP/2.
pub(crate) fn h2_fields(method: &str, path: &str, writ: &str) -> Vec<u8> {
    let fields = [
        (":method", method),
        (":scheme", "http"),
        (":path", path),
        (":authority", HOST),
        ("authorization", &format!("Bearer {writ}")),
    ];
    let fields = fields.into_iter();
    fields
        .flat_map(|(name, value)| field(name.as_bytes(), value.as_bytes()))
        .collect()
}

/// Everything that a test of forward auth needs.
pub(crate) struct Stand {
    pub(crate) upstream: Recorder,
    pub(crate) edge: AnsweringEdge,
    pub(crate) front: FrontProxy,
    pub(crate) writ: String,
    _issuer: IssuerProcess,
}

/// An issuer, and the client and the configuration of an edge in front of `origin`.
pub(crate) fn prepared(origin: &str) -> Result<(IssuerProcess, Fixture)> {
    let issuer = IssuerProcess::start()?;
    let fixture = Fixture::prepare(&issuer, "fronted", origin, KEY)?;
    Ok((issuer, fixture))
}

impl Stand {
    /// Starts the shipped nginx.
    pub(crate) fn nginx(arguments: &[&str]) -> Result<Self> {
        Self::start(FrontKind::Nginx, arguments, FrontProxy::nginx)
    }

    /// Starts the shipped nginx, and an edge that keeps the record of a permit before its answer.
    pub(crate) fn strict() -> Result<Self> {
        Self::start_with("strict", FrontKind::Nginx, &[], FrontProxy::nginx)
    }

    /// Starts the edge with `arguments`, and the proxy in front of it and of the upstream.
    pub(crate) fn start(
        kind: FrontKind,
        arguments: &[&str],
        front: impl FnOnce(SocketAddr, SocketAddr) -> Result<FrontProxy>,
    ) -> Result<Self> {
        Self::start_with("best_effort", kind, arguments, front)
    }

    fn start_with(
        audit: &str,
        kind: FrontKind,
        arguments: &[&str],
        front: impl FnOnce(SocketAddr, SocketAddr) -> Result<FrontProxy>,
    ) -> Result<Self> {
        let upstream = Recorder::start()?;
        let (issuer, mut fixture) = prepared(&upstream.origin())?;
        let document = fixture.setup.document.as_object_mut().context("no document")?;
        document.insert("audit".into(), audit.into());
        let edge = AnsweringEdge::start(kind, &fixture.setup, arguments)?;
        let front = front(edge.address(), upstream.address())?;
        let writ = fixture.writ(&issuer, "projects")?;
        let mut stand = Self {
            upstream,
            edge,
            front,
            writ,
            _issuer: issuer,
        };
        let ready = stand.request("GET", "/projects/ready");
        stand.front.wait_until_ready(&ready)?;
        ensure!(!stand.upstream.take().is_empty(), "the request was not sent");
        Ok(stand)
    }

    /// A request with the writ.
    pub(crate) fn request(&self, method: &str, target: &str) -> HttpRequest {
        HttpRequest::new(method, target).bearer(&self.writ)
    }

    /// Sends a request that must be permitted, and returns what the upstream got.
    pub(crate) fn permitted(&self, request: &HttpRequest) -> Result<ReceivedRequest> {
        let answer = self.front.send(request)?;
        let arrived = self.upstream.take();
        let line = String::from_utf8_lossy(&request.target);
        ensure!(
            answer.status == 200,
            "{line}: {} {:?}",
            answer.status,
            self.edge.label(&answer)
        );
        let [arrived] = <[_; 1]>::try_from(arrived).map_err(|all| anyhow::anyhow!("{line}: {} requests", all.len()))?;
        Ok(arrived)
    }

    /// Sends bytes of which nothing may arrive at the upstream. The answer has `status`, and the
    /// edge refuses with `label`; without a label the proxy in front refuses.
    pub(crate) fn refused(&self, bytes: &[u8], status: u16, label: Option<&str>) -> Result<()> {
        let name = String::from_utf8_lossy(bytes);
        let answer: HttpResponse = self
            .front
            .send_bytes(bytes)
            .with_context(|| name.clone().into_owned())?;
        let found = self.edge.label(&answer);
        ensure!(
            (answer.status, found.as_deref()) == (status, label),
            "{name}: {} {found:?}, expected {status} {label:?}",
            answer.status
        );
        let arrived: Vec<_> = self.upstream.take().iter().map(ReceivedRequest::line).collect();
        ensure!(arrived.is_empty(), "{name}: {arrived:?} arrived at the upstream");
        Ok(())
    }

    /// As [`Self::refused`], for a request for the host of the edge.
    pub(crate) fn refused_request(&self, request: &HttpRequest, status: u16, label: &str) -> Result<()> {
        self.refused(&request.bytes(HOST), status, Some(label))
    }

    /// Checks that cookies and challenges of the upstream do not reach the client, and that the
    /// upstream commands nothing.
    pub(crate) fn assert_response_headers_are_removed(&self) -> Result<()> {
        let mut reply = Recorder::fine();
        for (name, value) in [
            ("set-cookie", "session=1"),
            ("www-authenticate", "Basic"),
            ("cache-control", "public"),
            ("edgewrit-request-id", "of-the-api"),
            ("x-accel-redirect", "/projects/8"),
            ("x-of-the-api", "passes"),
        ] {
            reply.headers.push((name.into(), value.into()));
        }
        self.upstream.answer(reply);
        let answer = self.front.send(&self.request("GET", "/projects/7"))?;
        assert_eq!((answer.status, answer.header("x-of-the-api")), (200, Some("passes")));
        for name in ["set-cookie", "www-authenticate", "edgewrit-request-id"] {
            assert_eq!(answer.header(name), None, "{name}");
        }
        assert_eq!(answer.header("cache-control"), Some("private, no-store"));
        assert_eq!(self.upstream.take().len(), 1, "nothing but the request was sent");
        Ok(())
    }
}
