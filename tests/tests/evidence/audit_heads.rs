//! An issuer whose audit goes back within an epoch: the edges go on deciding, and say so in their log, their metrics and to the issuer.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::{self, poll};
use edgewrit_tests::edge::{Edge, Kind};
use edgewrit_tests::forging::Parts;
use edgewrit_tests::http::Request;
use edgewrit_tests::interposer::{Interposer, Manner};
use edgewrit_tests::scenario::{Fixture, search};
use edgewrit_tests::upstream::Travel;
use std::thread;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(40);

/// The edge takes the bundle, writes that its head contradicts what was seen, and goes on.
fn says(edge: &Edge, label: &str, going: &Request) -> Result<()> {
    let about = |line: &str| (line.contains("\"audit_head\"") && line.contains(label)).then_some(());
    // A Worker asks when it is asked.
    let said = poll(SOON, || {
        edge.send(going)
            .ok()
            .and_then(|_| edge.log().find(Duration::ZERO, about))
    });
    said.with_context(|| format!("{}: no `{label}` in:\n{}", edge.kind(), edge.log().tail(20)))?;
    let answer = edge.send(going)?;
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
fn edges_report_an_audit_that_goes_back_or_forks_and_go_on_deciding() -> Result<()> {
    let ((front, issuer), api) = (Interposer::with_issuer()?, Travel::start()?);
    let mut stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
    if let Some(document) = stand.setup.document.as_object_mut() {
        document.insert("refresh".into(), 1.into());
    }
    front.shorten_waits(1);
    stand.start_edges(&issuer, &Kind::ALL)?;
    let going = search("LHR", stand.writs(&issuer, "going", 1)?.first().context("no writ")?);
    for edge in &stand.edges {
        edge.becomes(&going, 200, SOON)?;
    }
    let keys = issuer.keys()?;
    // Far ahead of what the issuer reaches by itself, so that each bundle says exactly what it has to.
    let heads = [
        ("", format!("10000:{}", "a".repeat(64))),
        ("audit_head_fork", format!("10000:{}", "b".repeat(64))),
        ("audit_head_back", format!("9999:{}", "c".repeat(64))),
    ];
    for (label, head) in heads {
        let mut parts = Parts::of(&Request::new("GET", "/v1/bundle").send(issuer.address())?.body)?;
        let later = clock::now().0 + 4;
        parts.set("issued_at", later);
        parts.set("fresh_until", later + 60);
        parts.set("audit_head", head);
        front.set(Manner::Bundle(parts.signed(&keys.bundle)));
        if label.is_empty() {
            is_taken(&stand.edges, &going)?;
            continue;
        }
        for edge in &stand.edges {
            says(edge, label, &going)?;
        }
    }
    front.set(Manner::Faithful);
    // Each edge has told the issuer, too.
    let told = || {
        let audit = issuer.audit().ok()?;
        let told = |label: &str| {
            let lines = audit
                .lines()
                .filter(|line| line.contains("audit_head_reported") && line.contains(label));
            lines.count() >= stand.edges.len()
        };
        (told("audit_head_fork") && told("audit_head_back")).then_some(())
    };
    poll(SOON, told).with_context(|| issuer.audit().unwrap_or_default())
}

/// For so long edges are given the time to ask for a bundle, in steps.
const STEPS: u32 = 16;
const STEP: Duration = Duration::from_millis(500);

fn is_taken(edges: &[Edge], going: &Request) -> Result<()> {
    for _ in 0..STEPS {
        for edge in edges {
            let answer = edge.send(going)?;
            ensure!(answer.status == 200, "{}: {}", edge.kind(), answer.status);
        }
        thread::sleep(STEP);
    }
    Ok(())
}
