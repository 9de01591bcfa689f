//! The requests that an edge is measured with.

use super::writs::LoadIssuer;
use anyhow::{Context as _, Result};
use serde_json::json;
use std::rc::Rc;

/// Writs that are used in turns.
const WRITS: usize = 1_000;
/// Writs that are new to the edge: it has forgotten each when the same comes again.
const NEW_WRITS: usize = 8_000;

/// Headers beside `authorization`, `host` and `:path`'s line, as a browser or an HTTP library sends
/// them.
const HEADERS: &str = "user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\n\
    accept: application/json, text/plain;q=0.9, */*;q=0.8\r\n\
    accept-language: en-GB,en;q=0.9\r\n\
    accept-encoding: gzip, deflate, br\r\n\
    cookie: session=0123456789abcdef0123456789abcdef\r\n\
    traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\
    tracestate: rojo=00f067aa0ba902b7\r\n\
    if-none-match: \"33a64df551425fcc55e4d42a148795d9f25f89d4\"\r\n\
    if-modified-since: Wed, 21 Oct 2015 07:28:00 GMT\r\n\
    x-forwarded-for: 203.0.113.195, 70.41.3.18\r\n\
    x-request-id: 7f3ae7d5-5a10-4e0c-8f1d-1b2f6e9a8c4d\r\n\
    x-api-version: 7\r\n\
    sec-fetch-mode: cors\r\n";

/// The requests of one kind, ready to be sent, in turns.
pub(super) type Requests = Rc<Vec<Vec<u8>>>;

/// The requests of all kinds.
pub(super) struct Asked {
    pub(super) get: Requests,
    /// Requests with a body.
    pub(super) post: Requests,
    /// Requests, each with a writ that the edge does not remember.
    pub(super) first: Requests,
    /// Requests with writs that do not grant them.
    pub(super) refused: Requests,
    /// A GET with a writ that has the signature of another.
    pub(super) forged: Vec<u8>,
}

impl Asked {
    pub(super) fn new(issuer: &LoadIssuer) -> Result<Self> {
        let writs = |count| (0..count).map(|number| issuer.writ(number)).collect::<Result<Vec<_>>>();
        let (usual, new) = (writs(WRITS)?, writs(NEW_WRITS)?);
        let all = |writs: &[String], request: fn(&str) -> Vec<u8>| writs.iter().map(|writ| request(writ)).collect();
        Ok(Self {
            get: Rc::new(all(&usual, get)),
            post: Rc::new(all(&usual, post)),
            first: Rc::new(all(&new, get)),
            refused: Rc::new(all(&usual, get_refused)),
            forged: get(&forged(&usual).context("two writs")?),
        })
    }
}

fn forged(writs: &[String]) -> Option<String> {
    let (said, _) = writs.first()?.rsplit_once('.')?;
    let (_, signature) = writs.last()?.rsplit_once('.')?;
    Some(format!("{said}.{signature}"))
}

fn get(writ: &str) -> Vec<u8> {
    get_to("LHR", writ)
}

fn get_refused(writ: &str) -> Vec<u8> {
    get_to("CDG", writ)
}

fn get_to(airport: &str, writ: &str) -> Vec<u8> {
    format!(
        "GET /flights?from=JFK&to={airport}&date=2026-05-10 HTTP/1.1\r\nhost: edge.example\r\n{HEADERS}authorization: Bearer {writ}\r\n\r\n"
    )
    .into_bytes()
}

/// A POST with 1 KB of JSON, most of it in small values that no grant names.
fn post(writ: &str) -> Vec<u8> {
    let wishes: Vec<_> = (0..19)
        .map(|number| json!({"kind": "meal", "number": number, "text": "by the window"}))
        .collect();
    let body = json!({"passenger": {"user": "X"}, "seats": 1, "wishes": wishes}).to_string();
    let length = body.len();
    format!(
        "POST /bookings HTTP/1.1\r\nhost: edge.example\r\n{HEADERS}authorization: Bearer {writ}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
