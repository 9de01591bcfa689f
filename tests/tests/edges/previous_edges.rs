//! Edges of version 0.1 work with this issuer: they take its bundles, spend, record, and hear of
//! revocations.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::poll;
use edgewrit_tests::edge::{self, HostKind};
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{TravelScenario, hold, search};
use serde_json::json;
use std::time::Duration;

/// The time within which an edge learns of a revocation.
const SOON: Duration = Duration::from_secs(30);
/// The time that a record may take to the issuer.
const RECORDED: Duration = Duration::from_secs(15);

fn started(issuer: &IssuerProcess, kind: HostKind) -> Result<TravelScenario> {
    let mut story = TravelScenario::start(issuer, &[])?;
    let mut edge = edge::start_version_0_1(kind, &story.stand.setup)?;
    story.stand.wait_until_ready(issuer, &mut edge)?;
    story.stand.edges.push(edge);
    Ok(story)
}

fn an_edge_of_version_0_1_works_with_this_issuer(kind: HostKind) -> Result<()> {
    let issuer = IssuerProcess::start()?;
    let story = started(&issuer, kind)?;
    let mut rows = Vec::new();
    story.walk(&issuer, "trip", &mut |row| rows.push(row.clone()))?;
    hold(&rows)?;

    let recorded = || {
        let used = issuer.report(&story.stand.client, "trip").ok()?;
        (used.to_string().contains("\"used\":1")).then_some(())
    };
    poll(RECORDED, recorded).context("the issuer has no record of the booking")?;

    let writ = story.stand.writs(&issuer, "ended", 1)?.remove(0);
    let edge = story.stand.edges.first().context("no edge")?;
    let request = search("LHR", &writ);
    ensure!(edge.send(&request)?.status == 200, "a new writ is refused");
    let completed = issuer.post(&story.stand.client, "/v1/tasks/ended/complete", &json!({}))?;
    ensure!(completed.status == 200, "not completed: {}", completed.json());
    edge.becomes(&request, 401, SOON).map(drop)
}

#[test]
fn a_filter_of_version_0_1_works_with_this_issuer() -> Result<()> {
    an_edge_of_version_0_1_works_with_this_issuer(HostKind::Envoy)
}

#[test]
fn a_worker_of_version_0_1_works_with_this_issuer() -> Result<()> {
    an_edge_of_version_0_1_works_with_this_issuer(HostKind::Worker)
}
