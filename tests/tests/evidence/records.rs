//! The issuer knows the records of the edges: the uses of each grant, and the refusals.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::{Deadline, poll};
use edgewrit_tests::edge::{self, EdgeProcess, HostKind};
use edgewrit_tests::issuer::{IssuerClient, IssuerProcess};
use edgewrit_tests::scenario::{Fixture, TravelScenario, booking, search};
use edgewrit_tests::scratch;
use edgewrit_tests::upstream::Travel;
use serde_json::{Value, json};
use std::thread;
use std::time::Duration;

/// The time within which the issuer has every record.
const SOON: Duration = Duration::from_secs(40);
/// The time without an issuer. Edges must not be stale by the end of it.
const OUTAGE: Duration = Duration::from_secs(8);

/// The records of a task: uses of its grants by action, and refusals by label.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    searched: u64,
    booked: u64,
    refused: u64,
}

impl Known {
    fn of(issuer: &IssuerProcess, client: &IssuerClient, task: &str) -> Result<Self> {
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

    fn becomes(&self, issuer: &IssuerProcess, client: &IssuerClient, task: &str) -> Result<()> {
        let known = || Self::of(issuer, client, task);
        poll(SOON, || known().ok().filter(|known| known == self))
            .with_context(|| format!("expected {self:?}, known is {:?}", known()))
            .map(drop)
    }
}

/// Three searches, a booking, and two requests that are not granted.
fn use_it(edge: &EdgeProcess, writ: &str) -> Result<()> {
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
    let issuer = IssuerProcess::start()?;
    let story = TravelScenario::start(&issuer, &HostKind::ALL)?;
    for edge in &story.stand.edges {
        let task = edge.kind().name();
        use_it(edge, &story.stand.writ(&issuer, task)?)?;
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
    let issuer = IssuerProcess::start()?;
    let story = TravelScenario::start(&issuer, &HostKind::ALL)?;
    let mut writs = Vec::new();
    for edge in &story.stand.edges {
        writs.extend(story.stand.writs(&issuer, edge.kind().name(), 1)?);
    }
    let (address, data) = issuer.stop();
    for (edge, writ) in story.stand.edges.iter().zip(&writs) {
        for _ in 0..REQUESTS {
            edge.send_permitted(&search("LHR", writ))?;
        }
    }
    thread::sleep(OUTAGE);
    let issuer = IssuerProcess::start_at(address, data)?;
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

/// A stand whose edges refuse what they cannot record.
fn strict(issuer: &IssuerProcess, api: &Travel) -> Result<Fixture> {
    let mut stand = Fixture::prepare(issuer, "travel", &api.server().origin(), Travel::KEY)?;
    let document = stand.setup.document.as_object_mut().context("no document")?;
    document.insert("audit".into(), json!("strict"));
    Ok(stand)
}

#[test]
fn a_strict_worker_permits_what_it_can_put_into_its_queue_from_where_it_reaches_the_issuer() -> Result<()> {
    let (issuer, api) = (IssuerProcess::start()?, Travel::start()?);
    let stand = strict(&issuer, &api)?;
    let writ = &stand.writ(&issuer, "queued")?;
    let mut edge = edge::start_queued(&stand.setup)?;
    edge.wait_until_ready(writ)?;
    use_it(&edge, writ).with_context(|| edge.log().tail(20))?;
    let known = Known {
        searched: 3,
        booked: 1,
        refused: 2,
    };
    known
        .becomes(&issuer, &stand.client, "queued")
        .with_context(|| edge.log().tail(20))
}

#[test]
fn a_strict_worker_without_a_queue_permits_nothing() -> Result<()> {
    let (issuer, api) = (IssuerProcess::start()?, Travel::start()?);
    let stand = strict(&issuer, &api)?;
    let writs = stand.writs(&issuer, "unqueued", 1)?;
    let edge = edge::start(HostKind::Worker, &stand.setup)?;
    let answer = edge.send(&search("LHR", writs.first().context("no writ")?))?;
    ensure!(answer.status == 503, "{}", answer.json());
    assert_eq!(answer.json().get("error_code"), Some(&json!("audit_unavailable")));
    ensure!(api.server().take().is_empty(), "something arrived");
    Ok(())
}

#[test]
fn a_strict_edge_that_keeps_records_serves_and_records() -> Result<()> {
    let (issuer, api) = (IssuerProcess::start()?, Travel::start()?);
    let mut stand = strict(&issuer, &api)?;
    stand.start_edges(&issuer, &[HostKind::Envoy, HostKind::Proxy])?;
    for edge in &stand.edges {
        let task = edge.kind().name();
        use_it(edge, &stand.writ(&issuer, task)?)?;
        let known = Known {
            searched: 3,
            booked: 1,
            refused: 2,
        };
        known
            .becomes(&issuer, &stand.client, task)
            .with_context(|| format!("{}: {}", edge.kind(), edge.log().tail(20)))?;
    }
    Ok(())
}

/// The time without an issuer, and the requests in each second of it.
const LONG_OUTAGE: Duration = Duration::from_secs(60);
const RATE: u32 = 1_000;
const CLIENTS: u32 = 4;

#[test]
#[ignore = "takes two minutes: `cargo xtask test --long` runs it"]
fn envoy_loses_nothing_in_a_minute_without_the_issuer_at_a_thousand_requests_a_second() -> Result<()> {
    nothing_is_lost_in_a_minute_without_the_issuer(HostKind::Envoy)
}

#[test]
#[ignore = "takes two minutes: `cargo xtask test --long` runs it"]
fn the_proxy_loses_nothing_in_a_minute_without_the_issuer_at_a_thousand_requests_a_second() -> Result<()> {
    nothing_is_lost_in_a_minute_without_the_issuer(HostKind::Proxy)
}

fn nothing_is_lost_in_a_minute_without_the_issuer(kind: HostKind) -> Result<()> {
    let (issuer, api) = (IssuerProcess::start()?, Travel::start()?);
    let mut stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
    stand.start_edges(&issuer, &[kind])?;
    let edge = stand.edges.first().context("no edge")?;
    let writ = &stand.writ(&issuer, "outage")?;
    let (address, data) = issuer.stop();
    let deadline = Deadline::after(LONG_OUTAGE);
    let clients: Vec<_> = thread::scope(|scope| {
        let clients = (0..CLIENTS).map(|_| scope.spawn(|| paced(edge, writ, &deadline)));
        let clients: Vec<_> = clients.collect();
        clients.into_iter().map(|client| client.join().ok()).collect()
    });
    let sent: Result<Vec<u64>> = clients
        .into_iter()
        .map(|sent| sent.context("a client broke")?)
        .collect();
    let searched = sent?.iter().sum();
    println!("{searched} requests");
    let issuer = IssuerProcess::start_at(address, data)?;
    let known = Known {
        searched,
        booked: 0,
        refused: 0,
    };
    known.becomes(&issuer, &stand.client, "outage")
}

/// Searches again and again until `deadline`, at its share of the rate; answers how often. In the
/// last seconds of the minute the edge may be stale.
fn paced(edge: &EdgeProcess, writ: &str, deadline: &Deadline) -> Result<u64> {
    let (pause, request) = (Duration::from_secs(1) * CLIENTS / RATE, search("LHR", writ));
    let began = deadline.left();
    let mut sent = 0;
    while !deadline.left().is_zero() {
        let due = pause.saturating_mul(sent);
        thread::sleep(due.saturating_sub(began - deadline.left()));
        let answer = edge.send(&request)?;
        if answer.json().get("error_code") == Some(&json!("snapshot_stale")) {
            ensure!(
                deadline.left() < LONG_OUTAGE / 10,
                "stale {:?} before the end",
                deadline.left()
            );
            break;
        }
        ensure!(answer.status == 200, "{}", answer.json());
        sent += 1;
    }
    Ok(sent.into())
}

#[test]
fn records_of_a_proxy_that_was_killed_are_delivered_by_the_next_one() -> Result<()> {
    const REQUESTS: u64 = 300;
    /// The proxy syncs its records once a second.
    const SYNCED: Duration = Duration::from_secs(3);
    let (issuer, api, folder) = (IssuerProcess::start()?, Travel::start()?, scratch::folder("killed")?);
    let stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
    let writ = &stand.writ(&issuer, "killed")?;
    let mut edge = edge::start_proxy_in(&folder, &stand.setup)?;
    stand.wait_until_ready(&issuer, &mut edge)?;
    let (address, data) = issuer.stop();
    for _ in 0..REQUESTS {
        edge.send_permitted(&search("LHR", writ))?;
    }
    thread::sleep(SYNCED);
    edge.process().stop();
    let issuer = IssuerProcess::start_at(address, data)?;
    let next = edge::start_proxy_in(&folder, &stand.setup)?;
    let known = Known {
        searched: REQUESTS,
        booked: 0,
        refused: 0,
    };
    known
        .becomes(&issuer, &stand.client, "killed")
        .with_context(|| next.log().tail(20))
}
