//! A response that is still open when its writ ends is cut off.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::Deadline;
use edgewrit_tests::edge::{self, EdgeProcess, HostKind};
use edgewrit_tests::http::{LoopbackServer, ServerReply};
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{Fixture, search};
use edgewrit_tests::upstream::DripServer;
use serde_json::json;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// The time for which a response goes on before its task ends.
const BEFORE: Duration = Duration::from_secs(4);
/// Least bytes of the response before its task ends: its head, and some parts of its body.
const HEAD_AND_PARTS: usize = 300;
/// The time within which the response ends afterwards: far within the freshness bound.
const SOON: Duration = Duration::from_secs(20);

struct CutResponse(TcpStream);

impl CutResponse {
    fn begin(edge: &EdgeProcess, writ: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(edge.address())?;
        stream.set_read_timeout(Some(Duration::from_millis(500)))?;
        stream.write_all(&search("LHR", writ).bytes("edge.example"))?;
        Ok(Self(stream))
    }

    /// Reads for `time`, and longer until `count` bytes have arrived. The response must not end.
    fn read_at_least(&mut self, count: usize, time: Duration) -> Result<()> {
        let (mut all, mut over) = self.read_for(time)?;
        let deadline = Deadline::after(SOON);
        while !over && all.len() < count && !deadline.passed() {
            let (more, ended) = self.read_for(Duration::from_millis(500))?;
            all.extend(more);
            over = ended;
        }
        ensure!(
            !over && all.len() >= count,
            "over: {over}, {} bytes: {}",
            all.len(),
            String::from_utf8_lossy(&all)
        );
        Ok(())
    }

    /// The bytes that arrive within `time`, and whether the response is over by then.
    fn read_for(&mut self, time: Duration) -> Result<(Vec<u8>, bool)> {
        let (mut all, mut piece) = (Vec::new(), [0; 4_096]);
        let deadline = Deadline::after(time);
        while !deadline.left().is_zero() {
            match self.0.read(&mut piece) {
                Ok(0) => return Ok((all, true)),
                Ok(count) => all.extend_from_slice(piece.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok((all, true)),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok((all, false))
    }
}

#[test]
fn a_response_is_cut_when_its_task_ends() -> Result<()> {
    let (issuer, api) = (IssuerProcess::start()?, DripServer::start()?);
    let mut stand = Fixture::prepare(&issuer, "travel", api.origin(), "key")?;
    if let Some(document) = stand.setup.document.as_object_mut() {
        document.insert("refresh".into(), json!(1));
    }
    for kind in HostKind::ALL {
        let writs = stand.writs(&issuer, kind.name(), 1)?;
        let mut edge = edge::start(kind, &stand.setup)?;
        let writ = writs.first().context("no writ")?;
        edge.wait_until_ready(writ)?;
        let mut response = CutResponse::begin(&edge, writ)?;
        let before = response.read_at_least(HEAD_AND_PARTS, BEFORE);
        before.with_context(|| format!("{kind} said:\n{}", edge.log().tail(20)))?;
        let completed = issuer.post(&stand.client, &format!("/v1/tasks/{kind}/complete"), &json!({}))?;
        ensure!(completed.status == 200, "{}", completed.json());
        let (after, over) = response.read_for(SOON)?;
        ensure!(over, "{kind}: it went on\n{}", edge.log().tail(20));
        // Plain workerd ends what it cuts off like what is whole, whatever ends it, unless its
        // length is known.
        let whole = after.ends_with(b"0\r\n\r\n");
        ensure!(!whole || kind == HostKind::Worker, "{kind}: it looks whole");
        let line = |line: &str| line.contains(r#""outcome":"cut""#).then_some(());
        edge.log()
            .find(Duration::from_secs(3), line)
            .with_context(|| format!("{kind}: no record\n{}", edge.log().tail(20)))?;
    }
    Ok(())
}

#[test]
fn a_long_response_passes_whole() -> Result<()> {
    /// Longer than what passes unwatched.
    const BYTES: usize = 300_000;
    let issuer = IssuerProcess::start()?;
    let api = LoopbackServer::start(|_| ServerReply {
        status: 200,
        headers: vec![("content-type".into(), b"text/plain".to_vec())],
        body: vec![b'x'; BYTES],
        ..ServerReply::default()
    })?;
    let mut stand = Fixture::prepare(&issuer, "travel", &api.origin(), "key")?;
    stand.start_edges(&issuer, &HostKind::ALL)?;
    for edge in &stand.edges {
        let answer = edge.send_permitted(&search("LHR", &stand.writ(&issuer, edge.kind().name())?))?;
        ensure!(
            answer.body.len() == BYTES,
            "{}: {} bytes",
            edge.kind(),
            answer.body.len()
        );
        let length = answer
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length = length.map(|(_, value)| String::from_utf8_lossy(value).into_owned());
        ensure!(length.as_deref() == Some("300000"), "{}: {length:?}", edge.kind());
    }
    Ok(())
}
