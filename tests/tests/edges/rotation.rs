//! Signing keys are rotated while agents work, without one refused request at any edge; and a
//! key that is dropped is dead there.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::{Deadline, poll};
use edgewrit_tests::edge::HostKind;
use edgewrit_tests::http::HttpRequest;
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{TravelScenario, search};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// The time until a next key may sign: the freshness of bundles, and the difference of clocks.
const NEXT_KEY_WAIT: Duration = Duration::from_secs(70);
/// The time for which agents work on after a rotation.
const WORK_AFTER_ROTATION: Duration = Duration::from_secs(5);
/// The time within which an edge learns that a key was dropped.
const DROP_DEADLINE: Duration = Duration::from_secs(30);
/// The requests that must be permitted during the rotation, so that the test says something.
const LEAST_REQUESTS: usize = 1_000;

/// Mints writs and uses each of them at every edge, until `is_over`. Counts the requests, which
/// must all be permitted.
fn use_new_writs(
    issuer: &IssuerProcess,
    story: &TravelScenario,
    name: &str,
    is_over: &AtomicBool,
    requests: &AtomicUsize,
) -> Result<()> {
    for number in 0.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let search = search("LHR", &story.stand.writ(issuer, &format!("{name}-{number}"))?);
        for edge in &story.stand.edges {
            edge.send_permitted(&search)?;
            requests.fetch_add(1, Ordering::Relaxed);
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Rotates both keys once they may be rotated, while two agents use new writs. The edges permit
/// `old_search`, whose writ the key before the rotation signed. Returns the number of requests.
fn rotate_during_work(issuer: &IssuerProcess, story: &TravelScenario, old_search: &HttpRequest) -> Result<usize> {
    let rotation_time = Deadline::after(NEXT_KEY_WAIT);
    let (is_over, requests) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| -> Result<()> {
        let (is_over, requests) = (&is_over, &requests);
        let agents: Vec<_> = ["a", "b"]
            .map(|name| scope.spawn(move || use_new_writs(issuer, story, name, is_over, requests)))
            .into();
        thread::sleep(rotation_time.left());
        let rotated = issuer.rotate("writ").and_then(|()| issuer.rotate("bundle"));
        thread::sleep(WORK_AFTER_ROTATION);
        for edge in &story.stand.edges {
            edge.send_permitted(old_search)
                .context("a writ of the key before the rotation")?;
        }
        is_over.store(true, Ordering::Relaxed);
        for agent in agents {
            agent.join().ok().context("an agent panicked")??;
        }
        rotated
    })?;
    Ok(requests.load(Ordering::Relaxed))
}

#[test]
fn keys_are_rotated_without_one_refused_request_and_a_dropped_one_is_dead() -> Result<()> {
    let issuer = IssuerProcess::start()?;
    let story = TravelScenario::start(&issuer, &HostKind::ALL)?;
    let old_search = search("LHR", &story.stand.writ(&issuer, "before")?);
    let requests = rotate_during_work(&issuer, &story, &old_search)?;
    ensure!(requests > LEAST_REQUESTS, "{requests} requests");
    issuer.drop_current("writ")?;
    let new_search = search("LHR", &story.stand.writ(&issuer, "after")?);
    for edge in &story.stand.edges {
        // The dropped key signed the newest writs of the agents. The writs of the key before it
        // stay valid.
        edge.send_permitted(&old_search)?;
        edge.becomes(&new_search, 200, DROP_DEADLINE)
            .context("a writ of the next key")?;
    }
    Ok(())
}

#[test]
fn a_dropped_key_is_dead_at_every_edge() -> Result<()> {
    let issuer = IssuerProcess::start()?;
    let story = TravelScenario::start(&issuer, &HostKind::ALL)?;
    let search = search("LHR", &story.stand.writ(&issuer, "dropped")?);
    for edge in &story.stand.edges {
        edge.send_permitted(&search)?;
    }
    issuer.drop_current("writ")?;
    for edge in &story.stand.edges {
        let refused = poll(DROP_DEADLINE, || {
            edge.send(&search).ok().filter(|answer| answer.status != 200)
        });
        let refused = refused.with_context(|| format!("{}: a writ of the dropped key is permitted", edge.kind()))?;
        assert_eq!(refused.status, 401, "{}: {}", edge.kind(), refused.json());
    }
    Ok(())
}
