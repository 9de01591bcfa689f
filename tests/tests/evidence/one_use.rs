//! One use is one request at the API, however often agents send it at all edges at once. Without
//! an issuer no request with a limited use goes on.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::agents::{delegate, register, renew};
use edgewrit_tests::edge::envoy::Bootstrap;
use edgewrit_tests::edge::{self, EdgeProcess, HostKind};
use edgewrit_tests::http::{HttpRequest, HttpResponse};
use edgewrit_tests::interposer::Interposer;
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::ports;
use edgewrit_tests::scenario::{Fixture, booking, search};
use edgewrit_tests::upstream::{Mood, Travel};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(40);
const FLEET: usize = 20;
const DELEGATES: usize = 5;
const BOOKINGS: usize = 50;
/// An address where no server listens.
const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 1);
const AUDIENCE: &str = "https://travel.example";
/// The grants of delegates: a limited grant cannot be passed on.
const PASSED_ON: &str = "search:flights:1";

/// The writs of a task that permits one booking: a fleet's, of which the first was renewed, and
/// what was before; and five delegates'.
fn writs(issuer: &IssuerProcess, task_id: &str) -> Result<Vec<String>> {
    let ceiling = json!([{"audience": AUDIENCE, "ttl_max": "1h", "grants": [
        {"type": "writ", "actions": ["search"], "resources": ["flights", "flights:*"]},
        {"type": "writ", "actions": ["book"], "resources": ["tickets"]},
    ]}]);
    let client = issuer.add_client(task_id, &ceiling)?;
    let task = json!({"task_id": task_id, "orch_id": "planner", "count": FLEET, "audiences": {AUDIENCE: {"grants": [
        {"type": "writ", "actions": ["search"], "resources": ["flights:1"]},
        {"type": "writ", "actions": ["book"], "resources": ["tickets"], "rules": {"user": {"eq": "X"}, "seats": {"eq": 1}}, "uses": {"max": 1}},
    ]}}});
    let mut writs = issuer.task(&client, &task)?;
    ensure!(writs.len() == FLEET, "{} writs came", writs.len());
    let first = writs.first().context("no writ")?.clone();
    for _ in 0..DELEGATES {
        let agent = register(issuer, &client, &[PASSED_ON])?;
        writs.push(delegate(issuer, &first, &agent, &[PASSED_ON])?);
    }
    writs.push(renew(issuer, &first)?);
    Ok(writs)
}

/// A booking that asks everybody on its way to try again, under one name.
fn insistent(writ: &str) -> HttpRequest {
    booking("X", 1, writ)
        .header("x-request-id", "7f3ae7d5-5a10-4e0c-8f1d-1b2f6e9a8c4d")
        .header("idempotency-key", "one")
        .header("x-envoy-retry-on", "5xx,reset,connect-failure,retriable-4xx")
        .header("x-envoy-max-retries", "4")
        .header("x-envoy-hedge-on-per-try-timeout", "true")
        .header("x-envoy-upstream-rq-per-try-timeout-ms", "100")
}

/// All writs at all edges at once, until there are enough bookings.
fn race(edges: &[EdgeProcess], writs: &[String]) -> Result<Vec<HttpResponse>> {
    let pairs = edges.iter().flat_map(|edge| writs.iter().map(move |writ| (edge, writ)));
    let (pairs, start) = (pairs.cycle().take(BOOKINGS), Barrier::new(BOOKINGS));
    thread::scope(|scope| {
        let start = &start;
        let threads: Vec<_> = pairs
            .map(|(edge, writ)| {
                scope.spawn(move || {
                    start.wait();
                    edge.send(&insistent(writ))
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().ok().context("a booking's thread broke")?)
            .collect()
    })
}

fn story() -> Result<(Interposer, IssuerProcess, Travel, Fixture)> {
    let ((front, issuer), api) = (Interposer::with_issuer()?, Travel::start()?);
    let mut stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
    if let Some(document) = stand.setup.document.as_object_mut() {
        document.insert("freshness".into(), 8.into());
        document.insert("refresh".into(), 1.into());
    }
    stand.start_edges(&issuer, &HostKind::ALL)?;
    Ok((front, issuer, api, stand))
}

#[test]
fn fifty_bookings_by_every_writ_of_a_task_are_one() -> Result<()> {
    let (_front, issuer, api, stand) = story()?;
    for (number, mood) in [Mood::Fine, Mood::Stumbling, Mood::Fine, Mood::Stumbling]
        .into_iter()
        .enumerate()
    {
        let writs = writs(&issuer, &format!("one-{number}"))?;
        let before = api.book().len();
        // Done, and then answered 503: a client that repeats it has it done twice.
        api.set_mood(mood.clone());
        let answers = race(&stand.edges, &writs)?;
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        let booked = api.book().len() - before;
        ensure!(booked == 1, "round {number}: {booked} bookings; {statuses:?}");
        let permitted = statuses.iter().filter(|status| **status == 200).count();
        let expected = usize::from(matches!(mood, Mood::Fine));
        ensure!(
            permitted == expected,
            "round {number}: {permitted} were told that they booked: {statuses:?}"
        );
        // Later, one by one, nothing more. An edge that has not heard yet which writ was renewed
        // asks the issuer, who refuses.
        api.set_mood(Mood::Fine);
        for (edge, writ) in stand
            .edges
            .iter()
            .flat_map(|edge| writs.iter().map(move |writ| (edge, writ)))
        {
            let answer = edge.send(&insistent(writ))?;
            ensure!(
                matches!(answer.status, 401 | 403 | 503),
                "{}: {} {}",
                edge.kind(),
                answer.status,
                answer.json()
            );
        }
        ensure!(api.book().len() - before == 1, "round {number}: more was booked later");
    }
    Ok(())
}

#[test]
fn a_route_that_tries_again_sends_what_is_permitted_once() -> Result<()> {
    let (issuer, api) = (IssuerProcess::start()?, Travel::start()?);
    let stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
    let address = ports::free()?;
    let mut bootstrap = Bootstrap::shipped(address)?.configured(&stand.setup)?;
    bootstrap.retry()?;
    let mut edge = edge::start_as(&bootstrap, address, &stand.setup, 1)?;
    stand.wait_until_ready(&issuer, &mut edge)?;
    let writ = &stand.writ(&issuer, "again")?;
    api.set_mood(Mood::Stumbling);
    drop(api.server().take());
    edge.send(&search("LHR", writ))?;
    let searched = api.server().take().len();
    ensure!(searched == 1, "{searched} searches arrived for one permit");
    edge.send(&insistent(writ))?;
    ensure!(api.book().len() == 1, "{:?}", api.book());
    Ok(())
}

#[test]
fn without_an_issuer_only_what_is_limited_is_refused_until_all_is_stale() -> Result<()> {
    let (front, issuer, api, stand) = story()?;
    let writ = &stand.writ(&issuer, "trip")?;
    let (book, search) = (booking("X", 1, writ), search("LHR", writ));
    for edge in &stand.edges {
        edge.becomes(&search, 200, SOON)?;
    }
    front.lead(NOWHERE);
    for edge in &stand.edges {
        let refused = edge.send(&book)?;
        let label = edge.label(&refused);
        let unspent = matches!(label.as_deref(), Some("spend_failed" | "spend_refused"));
        ensure!(
            refused.status == 503 && unspent,
            "{}: {label:?} {}",
            edge.kind(),
            refused.json()
        );
        edge.send_permitted(&search)?;
    }
    for edge in &stand.edges {
        let refused = edge.becomes(&search, 503, SOON)?;
        ensure!(
            edge.label(&refused).as_deref() == Some("snapshot_stale"),
            "{}: {}",
            edge.kind(),
            refused.json()
        );
    }
    ensure!(api.book().is_empty(), "something was booked");
    front.lead(issuer.address());
    for edge in &stand.edges {
        edge.becomes(&search, 200, SOON)?;
    }
    let statuses: Result<Vec<_>> = stand.edges.iter().map(|edge| Ok(edge.send(&book)?.status)).collect();
    let statuses = statuses?;
    let (first, others) = statuses.split_first().context("no edge")?;
    let spent_once = *first == 200 && others.iter().all(|status| *status == 403);
    ensure!(spent_once, "{statuses:?}");
    ensure!(api.book().len() == 1, "{:?}", api.book());
    Ok(())
}
