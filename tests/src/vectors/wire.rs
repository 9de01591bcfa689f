//! Plays the wire cases: raw bytes to a real host.

use super::case::{ClosedConnection, StatusOrClosed};
use super::pipeline::report;
use super::{Answered, Arriving, Complaints, VectorBench, WireCase, WireExpect};
use crate::edge::{EdgeProcess, HostKind};
use crate::http::{ClientConnection, HttpResponse, PREFACE, ReceivedRequest, ServerReply};
use crate::text::{NameValues, Write};
use anyhow::{Context as _, Result};
use std::time::Duration;

/// The time after which a silent host has given no answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The time of silence that is allowed between two answers.
const PATIENCE_FOR_MORE: Duration = Duration::from_secs(1);

/// Servers that raw requests can end up at.
pub trait Ground {
    /// The values of the names in a case that dials `host`.
    ///
    /// # Errors
    /// If there is no writ as the case wants it.
    fn names(&self, case: &WireCase, host: &str, upstream: Option<&str>) -> Result<NameValues>;
    /// The requests that have arrived at any server since the last call, with the names of the
    /// servers.
    fn take(&self) -> Vec<(String, ReceivedRequest)>;
    /// Changes the answer of the upstreams to later requests.
    fn answer(&self, _reply: &ServerReply) {}
}

impl Ground for VectorBench {
    fn names(&self, case: &WireCase, host: &str, upstream: Option<&str>) -> Result<NameValues> {
        let mut names = self.names(host, upstream);
        if let Some(spec) = &case.writ {
            names.writ = Some(self.writ(spec, &names)?);
        }
        Ok(names)
    }

    fn take(&self) -> Vec<(String, ReceivedRequest)> {
        self.take()
    }

    fn answer(&self, reply: &ServerReply) {
        self.answer(reply);
    }
}

/// The results of a raw request.
#[derive(Debug)]
pub struct Heard {
    /// The answers.
    pub responses: Vec<HttpResponse>,
    /// The requests that arrived at any server.
    pub arrivals: Vec<(String, ReceivedRequest)>,
    /// In what the first answer differs from what the case expects.
    status: Complaints,
    /// In what the arrivals do.
    arrived: Complaints,
}

impl Heard {
    /// The faults in the arrivals.
    #[must_use]
    pub fn about_arrivals(&self) -> &[String] {
        &self.arrived.0
    }
}

/// Plays all `cases` and fails with every complaint there is.
///
/// # Errors
/// If a case is not as it says.
pub fn play_wire(bench: &VectorBench, edge: &EdgeProcess, cases: &[WireCase]) -> Result<()> {
    let mut failures = Vec::new();
    let cases: Vec<_> = cases.iter().filter(|case| case.is_for(edge.kind())).collect();
    for case in &cases {
        let heard = hear(bench, edge, case).with_context(|| format!("case `{}`", case.name))?;
        let credentials = heard
            .arrivals
            .iter()
            .flat_map(|(upstream, arrival)| bench.credential_faults(upstream, arrival));
        let complaints = heard
            .status
            .0
            .iter()
            .chain(&heard.arrived.0)
            .cloned()
            .chain(credentials);
        failures.extend(complaints.map(|line| format!("{}: {line}", case.name)));
    }
    report(edge.kind().name(), cases.len(), &failures)
}

/// Plays one case on one host.
///
/// # Errors
/// If no server listens, or the case itself is not right.
pub fn hear(ground: &dyn Ground, edge: &EdgeProcess, case: &WireCase) -> Result<Heard> {
    let expect = case.expect_of(edge.kind());
    let upstream = expect.arriving().first().map(Arriving::upstream);
    let names = ground.names(case, &edge.address().to_string(), upstream)?;
    ground.answer(&Answered::reply(case.upstream.as_ref(), &names)?);
    let responses = talk(edge, case, &case.raw.writes(&names)?)?;
    // What a host lets through after it has answered counts as well.
    std::thread::sleep(Duration::from_millis(20));
    let arrivals = ground.take();
    Ok(Heard {
        status: expect.about_answers(edge, &responses),
        arrived: expect.about_arrivals(&arrivals, &names)?,
        responses,
        arrivals,
    })
}

/// Writes as told and reads the answers.
fn talk(edge: &EdgeProcess, case: &WireCase, writes: &[Write]) -> Result<Vec<HttpResponse>> {
    let mut connection = ClientConnection::open(edge.address(), PATIENCE)?;
    if case.http2 {
        connection.write(PREFACE)?;
    }
    let mut to_head = false;
    for (index, write) in writes.iter().enumerate() {
        match write {
            Write::Bytes(bytes) => {
                to_head |= index == 0 && bytes.starts_with(b"HEAD ");
                // A host may have refused and closed by now; what it answered is read below.
                if connection.write(bytes).is_err() {
                    break;
                }
            }
            Write::Wait(pause) => std::thread::sleep(*pause),
            Write::Close => {
                connection.close();
                std::thread::sleep(Duration::from_millis(200));
            }
        }
    }
    if case.http2 {
        return Ok(connection.read_h2(case.responses));
    }
    let answers = std::iter::from_fn(|| {
        let answer = connection.read(to_head);
        connection.wait(PATIENCE_FOR_MORE);
        answer
    });
    Ok(answers.take(case.responses).collect())
}

impl WireCase {
    /// Whether this kind of host speaks what it is written in.
    #[must_use]
    pub fn is_for(&self, kind: HostKind) -> bool {
        !self.http2 || kind.speaks_plain_http2()
    }

    /// The allowed results on this kind of host.
    #[must_use]
    pub fn expect_of(&self, kind: HostKind) -> &WireExpect {
        let other = match kind {
            HostKind::Envoy => &self.envoy,
            HostKind::Worker => &self.worker,
            HostKind::Proxy => &self.proxy,
        };
        other.as_ref().unwrap_or(&self.expect)
    }
}

impl WireExpect {
    /// The requests that arrive, or may.
    #[must_use]
    pub fn arriving(&self) -> &[Arriving] {
        let exactly = self.exactly.as_ref().map(|exactly| exactly.as_slice());
        exactly
            .or(self.at_most.as_ref().map(|most| most.as_slice()))
            .unwrap_or_default()
    }

    fn about_arrivals(&self, arrivals: &[(String, ReceivedRequest)], names: &NameValues) -> Result<Complaints> {
        let mut out = Complaints::default();
        let expected = self.arriving();
        let right = match (self.arrived, &self.at_most) {
            (Some(arrived), None) => arrivals.len() == arrived && expected.len() == arrived,
            (None, Some(_)) => arrivals.len() <= expected.len(),
            _ => false,
        };
        out.unless(right, || {
            let lines: Vec<_> = arrivals
                .iter()
                .map(|(at, one)| format!("`{}` at {at}", one.line()))
                .collect();
            let most = self.at_most.as_ref().map_or("", |_| "at most ");
            format!(
                "{} requests arrived, expected {most}{}: {lines:?}",
                arrivals.len(),
                expected.len()
            )
        });
        for ((upstream, arrival), expected) in arrivals.iter().zip(expected) {
            out.unless(upstream == expected.upstream(), || {
                format!("it arrived at `{upstream}`")
            });
            out.unless(!arrival.holds(names.writ.as_deref()), || {
                "the writ itself arrived".into()
            });
            expected.hold(arrival, &names.at(expected.upstream()), &mut out)?;
        }
        Ok(out)
    }

    fn about_answers(&self, edge: &EdgeProcess, responses: &[HttpResponse]) -> Complaints {
        let mut out = Complaints::default();
        let first = match responses.first() {
            Some(response) => StatusOrClosed::Status(response.status),
            None => StatusOrClosed::Closed(ClosedConnection::Closed),
        };
        let right = self.status.as_ref().is_none_or(|expected| expected.contains(&first));
        out.unless(right, || {
            format!("the first answer is {first:?}, expected one of {:?}", self.status)
        });
        // Nothing that a client sends is a fault of the edge.
        let faulty = self.status.is_none() && responses.iter().any(|response| response.status == 503);
        out.unless(!faulty, || "an answer is 503".into());
        for response in responses {
            // Envoy itself says 100 where the client waits for it.
            out.unless(response.interim.iter().all(|status| *status == 100), || {
                format!("interim answers reached the client: {:?}", response.interim)
            });
            out.unless(response.trailers.is_empty(), || {
                format!("trailers reached the client: {:?}", response.trailers)
            });
        }
        if let Some(expected) = &self.label {
            let record = responses.first().and_then(|first| edge.record(first));
            let label = record.as_ref().and_then(|record| record.get("label")?.as_str());
            out.unless(label == Some(expected), || {
                format!("the log's `label` is {label:?}, expected {expected}")
            });
        }
        out
    }
}
