//! Parts of an exchange besides heads and bodies, which an upstream and a client that speak HTTP/2
//! can add in Envoy: trailers and metadata. No code edits them, so none reaches the other side.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::edge::{self, EdgeProcess, envoy::Bootstrap};
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

/// The edge in front of an upstream that answers with these frames, ready, and a writ.
fn start(answer: Vec<(&'static str, u8, Vec<u8>)>) -> Result<(IssuerProcess, Framed, EdgeProcess, String)> {
    let (issuer, upstream) = (IssuerProcess::start()?, Framed::start(answer)?);
    let stand = Fixture::prepare(&issuer, "travel", upstream.origin(), Travel::KEY)?;
    let address = ports::free()?;
    let mut bootstrap = Bootstrap::shipped(address)?.configured(&stand.setup)?;
    bootstrap.speak_http2()?;
    let mut edge = edge::start_as(&bootstrap, address, &stand.setup, 1)?;
    stand.wait_until_ready(&issuer, &mut edge)?;
    let writ = stand.writ(&issuer, "trip")?;
    Ok((issuer, upstream, edge, writ))
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
fn trailers_of_an_upstream_reach_no_client() -> Result<()> {
    let (_issuer, upstream, edge, writ) = start(vec![
        (
            "headers",
            END_HEADERS,
            fields(&[(":status", "200"), ("content-type", "text/plain")]),
        ),
        ("data", 0, b"ok".to_vec()),
        ("headers", END_HEADERS | END_STREAM, forged()),
    ])?;
    let answer = search_by_frames(&edge, &writ, &[])?.context("no answer")?;
    ensure!(answer.status == 200 && answer.trailers.is_empty(), "{answer:?}");
    let answer = edge.send(&search("LHR", &writ).header("te", "trailers"))?;
    ensure!(answer.status == 200 && answer.trailers.is_empty(), "{answer:?}");
    ensure!(answer.body == b"ok", "{answer:?}");
    ensure!(upstream.heard("headers") == 2, "{} requests", upstream.heard("headers"));
    Ok(())
}

#[test]
fn metadata_reaches_neither_side() -> Result<()> {
    let (_issuer, upstream, mut edge, writ) = start(vec![
        (
            "headers",
            END_HEADERS,
            fields(&[(":status", "200"), ("content-type", "text/plain")]),
        ),
        ("metadata", END_HEADERS, forged()),
        ("data", END_STREAM, b"ok".to_vec()),
    ])?;
    for _ in 0..3 {
        if let Some(answer) = search_by_frames(&edge, &writ, &[])? {
            ensure!(answer.trailers.is_empty(), "{answer:?}");
        }
    }
    let metadata = frame(kind("metadata").context("no such frame")?, END_HEADERS, 1, &forged());
    let end = frame(kind("data").context("no such frame")?, END_STREAM, 1, &[]);
    for _ in 0..3 {
        search_by_frames(&edge, &writ, &[metadata.as_slice(), &end].concat())?;
    }
    ensure!(upstream.heard("metadata") == 0, "the upstream hears metadata");
    ensure!(
        edge.process().ended(Duration::from_millis(100)).is_none(),
        "Envoy has ended"
    );
    Ok(())
}
