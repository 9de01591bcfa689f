//! An edge that cannot know what counts refuses, and recovers by itself.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::poll;
use edgewrit_tests::edge::{self, EdgeProcess, HostKind};
use edgewrit_tests::forging::ForgingKey;
use edgewrit_tests::http::{HttpRequest, HttpResponse};
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{Fixture, search};
use edgewrit_tests::upstream::Travel;
use serde_json::{Value, json};
use std::time::Duration;

/// The time within which an edge notices a change, at the bounds that [`FailClosedScene::new`]
/// configures.
const SOON: Duration = Duration::from_secs(30);

/// The time for which an edge must go on refusing.
const A_WHILE: Duration = Duration::from_secs(3);

/// An issuer, an API, and the configuration of an edge between them.
struct FailClosedScene {
    issuer: IssuerProcess,
    api: Travel,
    stand: Fixture,
    request: HttpRequest,
}

impl FailClosedScene {
    fn new() -> Result<Self> {
        let (issuer, api) = (IssuerProcess::start()?, Travel::start()?);
        let mut stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
        set(&mut stand, "/freshness", json!(3));
        set(&mut stand, "/refresh", json!(1));
        let request = search("LHR", &stand.writ(&issuer, "trip")?);
        Ok(Self {
            issuer,
            api,
            stand,
            request,
        })
    }

    fn edge(&self, kind: HostKind) -> Result<EdgeProcess> {
        edge::start(kind, &self.stand.setup)
    }

    fn becomes(&self, edge: &EdgeProcess, status: u16) -> Result<HttpResponse> {
        let answer = poll(SOON, || {
            edge.send(&self.request).ok().filter(|answer| answer.status == status)
        });
        answer.with_context(|| {
            let last = edge.send(&self.request).map(|answer| (answer.status, answer.json()));
            format!(
                "{}: never answered {status}, at last {last:?}; it said:\n{}",
                edge.kind(),
                edge.log().tail(30)
            )
        })
    }

    /// The edge answers 503 for a while, with this label, and nothing reaches the API.
    fn stays_closed(&self, edge: &EdgeProcess, label: &str) -> Result<()> {
        self.becomes(edge, 503)?;
        drop(self.api.server().take());
        let opened = poll(A_WHILE, || {
            edge.send(&self.request).ok().filter(|answer| answer.status != 503)
        });
        ensure!(opened.is_none(), "{}: answered {opened:?}", edge.kind());
        let refused = edge.send(&self.request)?;
        let record = edge.record(&refused).context("no line of the log")?;
        assert_eq!(
            record.get("label").and_then(Value::as_str),
            Some(label),
            "{}: {record}",
            edge.kind()
        );
        ensure!(
            self.api.server().take().is_empty(),
            "{}: something arrived",
            edge.kind()
        );
        Ok(())
    }
}

fn set(stand: &mut Fixture, pointer: &str, value: Value) {
    if let Some(document) = stand.setup.document.as_object_mut() {
        document.insert(pointer.trim_start_matches('/').into(), value);
    }
}

fn an_edge_without_an_issuer_refuses_until_there_is_one(kind: HostKind) -> Result<()> {
    let mut scene = FailClosedScene::new()?;
    let (address, data) = scene.issuer.stop();
    let edge = edge::start(kind, &scene.stand.setup)?;
    scene.issuer = IssuerProcess::start()?; // another one, at another address: no help
    scene.stays_closed(&edge, "snapshot_missing")?;
    scene.issuer = IssuerProcess::start_at(address, data)?;
    scene.becomes(&edge, 200)?;
    Ok(())
}

#[test]
fn a_filter_without_an_issuer_refuses_until_there_is_one() -> Result<()> {
    an_edge_without_an_issuer_refuses_until_there_is_one(HostKind::Envoy)
}

#[test]
fn a_worker_without_an_issuer_refuses_until_there_is_one() -> Result<()> {
    an_edge_without_an_issuer_refuses_until_there_is_one(HostKind::Worker)
}

#[test]
fn a_proxy_without_an_issuer_refuses_until_there_is_one() -> Result<()> {
    an_edge_without_an_issuer_refuses_until_there_is_one(HostKind::Proxy)
}

fn a_stale_edge_refuses_and_recovers(kind: HostKind) -> Result<()> {
    let mut scene = FailClosedScene::new()?;
    let edge = scene.edge(kind)?;
    scene.becomes(&edge, 200)?;
    let (address, data) = scene.issuer.stop();
    scene.issuer = IssuerProcess::start()?;
    scene.stays_closed(&edge, "snapshot_stale")?;
    scene.issuer = IssuerProcess::start_at(address, data)?;
    scene.becomes(&edge, 200)?;
    Ok(())
}

#[test]
fn a_stale_filter_refuses_and_recovers() -> Result<()> {
    a_stale_edge_refuses_and_recovers(HostKind::Envoy)
}

#[test]
fn a_stale_worker_refuses_and_recovers() -> Result<()> {
    a_stale_edge_refuses_and_recovers(HostKind::Worker)
}

#[test]
fn a_stale_proxy_refuses_and_recovers() -> Result<()> {
    a_stale_edge_refuses_and_recovers(HostKind::Proxy)
}

#[test]
fn an_edge_that_pins_another_key_refuses() -> Result<()> {
    let mut scene = FailClosedScene::new()?;
    set(&mut scene.stand, "/trust", json!([ForgingKey::unknown().x()]));
    let edges: Result<Vec<_>> = HostKind::ALL.into_iter().map(|kind| scene.edge(kind)).collect();
    for edge in &edges? {
        scene.stays_closed(edge, "snapshot_missing")?;
    }
    Ok(())
}

/// The log names the unknown member.
fn says_what_is_wrong(edge: &EdgeProcess) -> Result<()> {
    let named = edge.log().find(SOON, |line| line.contains("audiense").then_some(()));
    named.with_context(|| format!("{} does not say what is wrong:\n{}", edge.kind(), edge.log().tail(30)))
}

fn a_host_with_a_bad_configuration_does_not_start(kind: HostKind) -> Result<()> {
    let mut scene = FailClosedScene::new()?;
    set(&mut scene.stand, "/audiense", json!("https://travel.example"));
    let mut edge = edge::spawn(kind, &scene.stand.setup)?;
    let end = edge.process().ended(SOON);
    let end = end.with_context(|| format!("{kind} runs with a bad configuration"))?;
    ensure!(!end.success(), "{kind} ended with {end}");
    says_what_is_wrong(&edge)
}

#[test]
fn a_filter_with_a_bad_configuration_keeps_envoy_from_starting() -> Result<()> {
    a_host_with_a_bad_configuration_does_not_start(HostKind::Envoy)
}

#[test]
fn a_proxy_with_a_bad_configuration_does_not_start() -> Result<()> {
    a_host_with_a_bad_configuration_does_not_start(HostKind::Proxy)
}

#[test]
fn a_worker_with_a_bad_configuration_answers_500_to_everything() -> Result<()> {
    let mut scene = FailClosedScene::new()?;
    set(&mut scene.stand, "/audiense", json!("https://travel.example"));
    let edge = scene.edge(HostKind::Worker)?;
    scene.becomes(&edge, 500)?;
    ensure!(scene.api.server().take().is_empty(), "something arrived");
    says_what_is_wrong(&edge)
}
