//! Signing keys are rotated while agents work, without one refused request at either edge; and a key that is dropped is dead there.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::{Deadline, poll};
use edgewrit_tests::edge::{Edge, Kind};
use edgewrit_tests::issuer::Issuer;
use edgewrit_tests::scenario::{TravelScenario, search};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Until a next key may sign: the freshness of bundles, and what clocks may differ by.
const KNOWN: Duration = Duration::from_secs(70);
/// How long agents work on after a rotation.
const AFTER: Duration = Duration::from_secs(5);
/// How long an edge may take to hear of a dropped key.
const SOON: Duration = Duration::from_secs(30);

/// Mints a writ and uses it at every edge, over and over, until `over`. Every request must be permitted.
fn work(issuer: &Issuer, story: &TravelScenario, name: &str, over: &AtomicBool, done: &AtomicUsize) -> Result<()> {
    for number in 0.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let writs = story.stand.writs(issuer, &format!("{name}-{number}"), 1)?;
        let writ = writs.first().context("no writ")?;
        for edge in &story.stand.edges {
            permitted(edge, writ)?;
            done.fetch_add(1, Ordering::Relaxed);
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn permitted(edge: &Edge, writ: &str) -> Result<()> {
    let answer = edge.send(&search("LHR", writ))?;
    ensure!(
        answer.status == 200,
        "{}: {} {}",
        edge.kind(),
        answer.status,
        answer.json()
    );
    Ok(())
}

#[test]
fn keys_are_rotated_without_one_refused_request_and_a_dropped_one_is_dead() -> Result<()> {
    let issuer = Issuer::start()?;
    let story = TravelScenario::start(&issuer, &Kind::ALL)?;
    let known = Deadline::after(KNOWN);
    let before = story.stand.writs(&issuer, "before", 1)?;
    let before = before.first().context("no writ")?;
    let (over, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| -> Result<()> {
        let (issuer, story, over, done) = (&issuer, &story, &over, &done);
        let workers: Vec<_> = ["a", "b"]
            .map(|name| scope.spawn(move || work(issuer, story, name, over, done)))
            .into();
        thread::sleep(known.left());
        let rotated = issuer.rotate("writ").and_then(|()| issuer.rotate("bundle"));
        thread::sleep(AFTER);
        for edge in &story.stand.edges {
            permitted(edge, before).context("what the key before signed")?;
        }
        over.store(true, Ordering::Relaxed);
        for worker in workers {
            worker.join().ok().context("a worker broke")??;
        }
        rotated
    })?;
    ensure!(done.load(Ordering::Relaxed) > 1_000, "{done:?} requests");
    issuer.drop_current("writ")?;
    let after = story.stand.writs(&issuer, "after", 1)?;
    for edge in &story.stand.edges {
        // What the dropped key signed is the newest of `work`; what the one before it signed counts on.
        permitted(edge, before)?;
        let answer = poll(SOON, || {
            edge.send(&search("LHR", after.first()?))
                .ok()
                .filter(|answer| answer.status == 200)
        });
        answer.with_context(|| format!("{}: the next key does not count", edge.kind()))?;
    }
    Ok(())
}

#[test]
fn a_dropped_key_is_dead_at_every_edge() -> Result<()> {
    let issuer = Issuer::start()?;
    let story = TravelScenario::start(&issuer, &Kind::ALL)?;
    let writs = story.stand.writs(&issuer, "dropped", 1)?;
    let writ = writs.first().context("no writ")?;
    for edge in &story.stand.edges {
        permitted(edge, writ)?;
    }
    issuer.drop_current("writ")?;
    for edge in &story.stand.edges {
        let refused = poll(SOON, || {
            edge.send(&search("LHR", writ))
                .ok()
                .filter(|answer| answer.status != 200)
        });
        let refused = refused.with_context(|| format!("{}: the key was dropped and still counts", edge.kind()))?;
        assert_eq!(refused.status, 401, "{}: {}", edge.kind(), refused.json());
    }
    Ok(())
}
