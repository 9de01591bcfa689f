//! Parts of an exchange besides heads and bodies, which an upstream and a client that speak HTTP/2
//! can add: trailers and metadata. No code edits them, so none reaches the other side.

use anyhow::{Context as _, Result, bail, ensure};
use edgewrit_tests::certificates::{CertificateAuthority, wrap_in_tls};
use edgewrit_tests::edge::{self, EdgeProcess, HostKind, envoy::Bootstrap};
use edgewrit_tests::http::{ClientConnection, HttpResponse, PREFACE, field, frame, kind};
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::ports;
use edgewrit_tests::scenario::{Fixture, search};
use edgewrit_tests::upstream::{Framed, Travel};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn fields(fields: &[(&str, &str)]) -> Vec<u8> {
    let fields = fields
        .iter()
        .map(|(name, value)| field(name.as_bytes(), value.as_bytes()));
    fields.collect::<Vec<_>>().concat()
}

/// Headers that would speak for the upstream, or for the edge.
fn forged() -> Vec<u8> {
    fields(&[
        ("set-cookie", "a=b"),
        ("www-authenticate", "Basic realm=x"),
        ("cache-control", "public, max-age=60"),
        ("edgewrit-request-id", "forged"),
    ])
}

/// The frames of an answer: kind, by name, flags, payload.
type Frames = Vec<(&'static str, u8, Vec<u8>)>;

/// An edge in front of an upstream that speaks HTTP/2.
struct UninspectedScene {
    upstream: Framed,
    edge: EdgeProcess,
    writ: String,
    _issuer: IssuerProcess,
}

impl UninspectedScene {
    /// The edge is ready, and the upstream answers with these frames.
    fn start(kind: HostKind, answer: Frames) -> Result<Self> {
        let issuer = IssuerProcess::start()?;
        let (upstream, stand, mut edge) = match kind {
            HostKind::Envoy => behind_envoy(&issuer, answer)?,
            HostKind::Proxy => behind_proxy(&issuer, answer)?,
            HostKind::Worker => bail!("workerd speaks HTTP/1.1 to upstreams"),
        };
        stand.wait_until_ready(&issuer, &mut edge)?;
        Ok(Self {
            upstream,
            edge,
            writ: stand.writ(&issuer, "trip")?,
            _issuer: issuer,
        })
    }
}

/// Envoy is told that the upstream speaks HTTP/2.
fn behind_envoy(issuer: &IssuerProcess, answer: Frames) -> Result<(Framed, Fixture, EdgeProcess)> {
    let upstream = Framed::start(answer, |stream| Ok(Box::new(stream)))?;
    let origin = format!("http://{}", upstream.address());
    let stand = Fixture::prepare(issuer, "travel", &origin, Travel::KEY)?;
    let address = ports::free()?;
    let mut bootstrap = Bootstrap::shipped(address)?.configured(&stand.setup)?;
    bootstrap.speak_http2()?;
    let edge = edge::start_as(&bootstrap, address, &stand.setup, 1)?;
    Ok((upstream, stand, edge))
}

/// The proxy learns in the handshake that the upstream speaks HTTP/2.
fn behind_proxy(issuer: &IssuerProcess, answer: Frames) -> Result<(Framed, Fixture, EdgeProcess)> {
    let authority = CertificateAuthority::new()?;
    let upstream = Framed::start(answer, wrap_in_tls(authority.server("localhost", &["h2"])?))?;
    let origin = format!("https://localhost:{}", upstream.address().port());
    let stand = Fixture::prepare(issuer, "travel", &origin, Travel::KEY)?;
    let edge = edge::start_proxy_trusting(&stand.setup, &authority.file()?)?;
    Ok((upstream, stand, edge))
}

/// A search over HTTP/2. Between its head and its end come the frames `between`.
fn search_by_frames(edge: &EdgeProcess, writ: &str, between: &[u8]) -> Result<Option<HttpResponse>> {
    let head = fields(&[
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "edge.example"),
        (":path", "/flights?from=JFK&to=LHR&date=2026-05-10"),
        ("authorization", &format!("Bearer {writ}")),
        ("te", "trailers"),
    ]);
    let number = |name| kind(name).context("no such frame");
    let mut connection = ClientConnection::open(edge.address(), PATIENCE)?;
    connection.write(PREFACE)?;
    let end = if between.is_empty() { END_STREAM } else { 0 };
    connection.write(&frame(number("headers")?, END_HEADERS | end, 1, &head))?;
    connection.write(between)?;
    Ok(connection.read_h2(1).pop())
}

#[test]
fn trailers_of_an_upstream_reach_no_client_of_envoy() -> Result<()> {
    trailers_of_an_upstream_reach_no_client(HostKind::Envoy)
}

#[test]
fn trailers_of_an_upstream_reach_no_client_of_the_proxy() -> Result<()> {
    trailers_of_an_upstream_reach_no_client(HostKind::Proxy)
}

fn trailers_of_an_upstream_reach_no_client(kind: HostKind) -> Result<()> {
    let head = fields(&[(":status", "200"), ("content-type", "text/plain")]);
    let answer = vec![
        ("headers", END_HEADERS, head),
        ("data", 0, b"ok".to_vec()),
        ("headers", END_HEADERS | END_STREAM, forged()),
    ];
    let scene = UninspectedScene::start(kind, answer)?;
    let (upstream, edge, writ) = (&scene.upstream, &scene.edge, &scene.writ);
    let answer = search_by_frames(edge, writ, &[])?.context("no answer")?;
    ensure!(answer.status == 200 && answer.trailers.is_empty(), "{answer:?}");
    let answer = edge.send(&search("LHR", writ).header("te", "trailers"))?;
    ensure!(answer.status == 200 && answer.trailers.is_empty(), "{answer:?}");
    ensure!(answer.body == b"ok", "{answer:?}");
    ensure!(upstream.heard("headers") == 2, "{} requests", upstream.heard("headers"));
    Ok(())
}

#[test]
fn metadata_reaches_neither_side_of_envoy() -> Result<()> {
    metadata_reaches_neither_side(HostKind::Envoy)
}

#[test]
fn metadata_reaches_neither_side_of_the_proxy() -> Result<()> {
    metadata_reaches_neither_side(HostKind::Proxy)
}

fn metadata_reaches_neither_side(host: HostKind) -> Result<()> {
    let head = fields(&[(":status", "200"), ("content-type", "text/plain")]);
    let answer = vec![
        ("headers", END_HEADERS, head),
        ("metadata", END_HEADERS, forged()),
        ("data", END_STREAM, b"ok".to_vec()),
    ];
    let mut scene = UninspectedScene::start(host, answer)?;
    for _ in 0..3 {
        if let Some(answer) = search_by_frames(&scene.edge, &scene.writ, &[])? {
            ensure!(answer.trailers.is_empty(), "{answer:?}");
        }
    }
    let metadata = frame(kind("metadata").context("no such frame")?, END_HEADERS, 1, &forged());
    let end = frame(kind("data").context("no such frame")?, END_STREAM, 1, &[]);
    for _ in 0..3 {
        search_by_frames(&scene.edge, &scene.writ, &[metadata.as_slice(), &end].concat())?;
    }
    ensure!(scene.upstream.heard("metadata") == 0, "the upstream hears metadata");
    let end = scene.edge.process().ended(Duration::from_millis(100));
    ensure!(end.is_none(), "{host} has ended");
    Ok(())
}
