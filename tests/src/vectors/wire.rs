//! Plays the wire cases: raw bytes to a real host.

use super::case::{Closed, StatusOrClosed};
use super::pipeline::report;
use super::{Arriving, Bench, Complaints, Names, WireCase, WireExpect, Write};
use crate::edge::{Edge, Kind};
use crate::http::{Arrival, Connection, Response};
use crate::upstream::Recorder;
use anyhow::{Context as _, Result};
use std::time::Duration;

/// How long a host may be silent before its answer is held to be none.
const PATIENCE: Duration = Duration::from_secs(5);

/// Plays all `cases` and fails with every complaint there is.
///
/// # Errors
/// If a case is not as it says.
pub fn play_wire(bench: &Bench, edge: &Edge, cases: &[WireCase]) -> Result<()> {
    let mut failures = Vec::new();
    bench.answer(&Recorder::fine());
    for case in cases {
        let mut complaints = Complaints::default();
        play(bench, edge, case, &mut complaints).with_context(|| format!("case `{}`", case.name))?;
        failures.extend(complaints.0.iter().map(|line| format!("{}: {line}", case.name)));
    }
    report(edge.kind().name(), cases.len(), &failures)
}

/// What a raw request led to.
#[derive(Debug)]
pub struct Heard {
    /// The answers.
    pub responses: Vec<Response>,
    /// What arrived anywhere.
    pub arrivals: Vec<(String, Arrival)>,
}

fn play(bench: &Bench, edge: &Edge, case: &WireCase, out: &mut Complaints) -> Result<()> {
    let expect = case.expect_of(edge.kind());
    let expected = expect.arriving();
    let mut names = bench.names(&edge.address().to_string(), expected.first().map(|one| one.upstream()));
    if let Some(spec) = &case.writ {
        names.writ = Some(bench.writ(spec, &names)?);
    }
    let responses = talk(edge, &case.raw.writes(&names)?, case.responses)?;
    // What a host lets through after it has answered counts as well.
    std::thread::sleep(Duration::from_millis(20));
    let heard = Heard {
        responses,
        arrivals: bench.take(),
    };
    expect.hold(&heard, &names, out)?;
    for (upstream, arrival) in &heard.arrivals {
        out.0.extend(bench.credential_faults(upstream, arrival));
    }
    Ok(())
}

/// Writes as told and reads up to `count` answers.
///
/// # Errors
/// If nobody listens.
pub fn talk(edge: &Edge, writes: &[Write], count: usize) -> Result<Vec<Response>> {
    let mut connection = Connection::open(edge.address(), PATIENCE)?;
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
    Ok(std::iter::from_fn(|| connection.read(to_head)).take(count).collect())
}

impl WireCase {
    /// What may come of it on this kind of host.
    #[must_use]
    pub fn expect_of(&self, kind: Kind) -> &WireExpect {
        let other = match kind {
            Kind::Envoy => &self.envoy,
            Kind::Worker => &self.worker,
        };
        other.as_ref().unwrap_or(&self.expect)
    }
}

impl WireExpect {
    /// The requests that arrive, or may.
    #[must_use]
    pub fn arriving(&self) -> &[Arriving] {
        let exactly = self.exactly.as_ref().map(|exactly| exactly.as_slice());
        exactly.or(self.at_most.as_ref().map(std::slice::from_ref)).unwrap_or_default()
    }

    /// Complains about everything in which what was heard is not this.
    ///
    /// # Errors
    /// If the expectation itself is not right.
    pub fn hold(&self, heard: &Heard, names: &Names, out: &mut Complaints) -> Result<()> {
        self.hold_status(&heard.responses, out);
        let expected = self.arriving();
        let count = heard.arrivals.len();
        let lines: Vec<_> = heard.arrivals.iter().map(|(at, one)| format!("{} at {at}", one.line())).collect();
        let right = match (self.arrived, &self.at_most) {
            (Some(arrived), None) => count == arrived && expected.len() == arrived,
            (None, Some(_)) => count <= 1,
            _ => false,
        };
        out.unless(right, || {
            let of = if self.at_most.is_some() { "at most 1".into() } else { format!("{:?}", self.arrived) };
            format!("{count} requests arrived, expected {of}: {lines:?}")
        });
        for ((upstream, arrival), expected) in heard.arrivals.iter().zip(expected) {
            out.unless(upstream == expected.upstream(), || format!("it arrived at `{upstream}`"));
            out.unless(!arrival.holds(names.writ.as_deref()), || "the writ itself arrived".into());
            expected.hold(arrival, names, out)?;
        }
        Ok(())
    }

    fn hold_status(&self, responses: &[Response], out: &mut Complaints) {
        let first = match responses.first() {
            Some(response) => StatusOrClosed::Status(response.status),
            None => StatusOrClosed::Closed(Closed::Closed),
        };
        let right = self.status.as_ref().is_none_or(|expected| expected.contains(&first));
        out.unless(right, || format!("the first answer is {first:?}, expected one of {:?}", self.status));
    }
}
