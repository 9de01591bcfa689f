//! What edges saw is known to the issuer: each grant how often, and what was refused.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::poll;
use edgewrit_tests::edge::{Edge, Kind};
use edgewrit_tests::issuer::{Client, Issuer};
use edgewrit_tests::story::{TravelStory, booking, search};
use serde_json::Value;
use std::time::Duration;

/// How soon the issuer must know of everything.
const SOON: Duration = Duration::from_secs(40);
/// How long the issuer is down. Edges must not be stale by the end of it.
const OUTAGE: Duration = Duration::from_secs(8);

/// What is known of a task: uses of its grants by action, and refusals by label.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    searched: u64,
    booked: u64,
    refused: u64,
}

impl Known {
    fn of(issuer: &Issuer, client: &Client, task: &str) -> Result<Self> {
        let report = issuer.report(client, task)?;
        let rows = |name: &str| report.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let number = |row: &Value, name: &str| row.get(name).and_then(Value::as_u64).unwrap_or_default();
        let used = |action: &str| {
            let granted = rows("granted").into_iter();
            let of_action = |row: &Value| row.pointer("/grant/actions/0").and_then(Value::as_str) == Some(action);
            granted.filter(of_action).map(|row| number(&row, "used")).sum()
        };
        let not_granted = |row: &Value| row.get("label").and_then(Value::as_str) == Some("not_granted");
        let refused = rows("refused").into_iter().filter(not_granted);
        Ok(Self {
            searched: used("search"),
            booked: used("book"),
            refused: refused.map(|row| number(&row, "count")).sum(),
        })
    }

    fn becomes(&self, issuer: &Issuer, client: &Client, task: &str) -> Result<()> {
        let known = || Self::of(issuer, client, task);
        poll(SOON, || known().ok().filter(|known| known == self))
            .with_context(|| format!("expected {self:?}, known is {:?}", known()))
            .map(drop)
    }
}

/// Three searches, a booking, and two requests that are not granted.
fn use_it(edge: &Edge, writ: &str) -> Result<()> {
    let answers = [
        edge.send(&search("LHR", writ))?,
        edge.send(&search("LHR", writ))?,
        edge.send(&search("LHR", writ))?,
        edge.send(&booking("X", 1, writ))?,
        edge.send(&search("CDG", writ))?,
        edge.send(&booking("Y", 1, writ))?,
    ];
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    ensure!(
        statuses == [200, 200, 200, 200, 403, 403],
        "{}: {statuses:?}",
        edge.kind()
    );
    Ok(())
}

#[test]
fn what_was_used_and_what_was_refused_is_known() -> Result<()> {
    let issuer = Issuer::start()?;
    let story = TravelStory::start(&issuer, &Kind::ALL)?;
    for edge in &story.stand.edges {
        let task = edge.kind().name();
        let writs = story.stand.writs(&issuer, task, 1)?;
        use_it(edge, writs.first().context("no writ")?)?;
        let known = Known {
            searched: 3,
            booked: 1,
            refused: 2,
        };
        known
            .becomes(&issuer, &story.stand.client, task)
            .with_context(|| format!("{}: {}", edge.kind(), edge.log().tail(20)))?;
    }
    Ok(())
}

#[test]
fn what_edges_saw_while_the_issuer_was_down_is_known_afterwards() -> Result<()> {
    const REQUESTS: u64 = 300;
    let issuer = Issuer::start()?;
    let story = TravelStory::start(&issuer, &Kind::ALL)?;
    let mut writs = Vec::new();
    for edge in &story.stand.edges {
        writs.extend(story.stand.writs(&issuer, edge.kind().name(), 1)?);
    }
    let (address, data) = issuer.stop();
    for (edge, writ) in story.stand.edges.iter().zip(&writs) {
        for _ in 0..REQUESTS {
            let answer = edge.send(&search("LHR", writ))?;
            ensure!(answer.status == 200, "{}: {}", edge.kind(), answer.status);
        }
    }
    std::thread::sleep(OUTAGE);
    let issuer = Issuer::start_at(address, data)?;
    for (edge, writ) in story.stand.edges.iter().zip(&writs) {
        // A Worker does nothing but for a request.
        edge.send(&search("CDG", writ))?;
        let known = Known {
            searched: REQUESTS,
            booked: 0,
            refused: 1,
        };
        known.becomes(&issuer, &story.stand.client, edge.kind().name())?;
    }
    Ok(())
}
