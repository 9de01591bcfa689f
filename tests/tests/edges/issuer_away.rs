//! An issuer that is down, slow, restarted or restored from a backup: edges go on by what they hold
//! until it is stale, then refuse, and recover by themselves.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::{Stopwatch, poll};
use edgewrit_tests::edge::{self, EdgeProcess, HostKind};
use edgewrit_tests::http::HttpRequest;
use edgewrit_tests::interposer::{Interposer, Manner};
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{Fixture, search};
use edgewrit_tests::upstream::Travel;
use serde_json::json;
use std::net::SocketAddr;
use std::time::Duration;

const FRESHNESS: u64 = 8;
const SOON: Duration = Duration::from_secs(40);
/// An address where no server listens.
const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 1);

/// An issuer behind a front, and every edge.
struct AwayScene {
    front: Interposer,
    issuer: IssuerProcess,
    stand: Fixture,
    _api: Travel,
}

impl AwayScene {
    fn start() -> Result<Self> {
        let ((front, issuer), api) = (Interposer::with_issuer()?, Travel::start()?);
        let mut stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
        if let Some(document) = stand.setup.document.as_object_mut() {
            document.insert("freshness".into(), FRESHNESS.into());
            document.insert("refresh".into(), 1.into());
        }
        stand.start_edges(&issuer, &HostKind::ALL)?;
        Ok(Self {
            front,
            issuer,
            stand,
            _api: api,
        })
    }

    fn search(&self, id: &str) -> Result<HttpRequest> {
        Ok(search("LHR", &self.stand.writ(&self.issuer, id)?))
    }

    /// On every edge, side by side.
    fn on_each(&self, test: impl Fn(&EdgeProcess) -> Result<()> + Sync) -> Result<()> {
        let test = &test;
        std::thread::scope(|scope| {
            let edges: Vec<_> = self
                .stand
                .edges
                .iter()
                .map(|edge| scope.spawn(move || test(edge)))
                .collect();
            edges
                .into_iter()
                .try_for_each(|edge| edge.join().ok().context("a test's thread broke")?)
        })
    }
}

/// Permits until what it holds is stale, not much longer and not much less, then refuses with that
/// label.
fn goes_on_until_stale(edge: &EdgeProcess, request: &HttpRequest) -> Result<()> {
    let since = Stopwatch::start();
    let other = poll(SOON, || edge.send(request).ok().filter(|answer| answer.status != 200));
    let other = other.with_context(|| format!("{} goes on for ever", edge.kind()))?;
    let held = since.elapsed();
    ensure!(
        other.status == 503,
        "{}: {} {}",
        edge.kind(),
        other.status,
        other.json()
    );
    let label = edge.label(&other);
    ensure!(label.as_deref() == Some("snapshot_stale"), "{}: {label:?}", edge.kind());
    // The newest bundle that it can hold was signed just before, the oldest half of that time ago;
    // a Worker waits for the answer that never comes.
    let bounds = Duration::from_secs(FRESHNESS / 2 - 1)..Duration::from_secs(FRESHNESS + 12);
    ensure!(bounds.contains(&held), "{}: it went on for {held:?}", edge.kind());
    Ok(())
}

#[test]
fn an_issuer_that_is_down_is_borne_until_the_bundle_is_stale() -> Result<()> {
    let scene = AwayScene::start()?;
    let request = scene.search("trip")?;
    scene.front.lead(NOWHERE);
    scene.on_each(|edge| goes_on_until_stale(edge, &request))?;
    scene.front.lead(scene.issuer.address());
    scene.on_each(|edge| edge.becomes(&request, 200, SOON).map(drop))
}

#[test]
fn an_issuer_that_answers_late_is_borne() -> Result<()> {
    const WHILE: Duration = Duration::from_secs(2 * FRESHNESS);
    let scene = AwayScene::start()?;
    let request = scene.search("trip")?;
    scene.front.set(Manner::Late(Duration::from_millis(1_000)));
    scene.on_each(|edge| {
        let refused = poll(WHILE, || edge.send(&request).ok().filter(|answer| answer.status != 200));
        ensure!(refused.is_none(), "{}: {refused:?}", edge.kind());
        Ok(())
    })?;
    // Later than any edge waits.
    scene.front.set(Manner::Late(Duration::from_secs(60)));
    scene.on_each(|edge| goes_on_until_stale(edge, &request))?;
    scene.front.set(Manner::Faithful);
    scene.on_each(|edge| edge.becomes(&request, 200, SOON).map(drop))
}

#[test]
fn an_issuer_that_is_killed_and_restarted_is_not_noticed() -> Result<()> {
    let AwayScene {
        front,
        mut issuer,
        stand,
        _api,
    } = AwayScene::start()?;
    let request = search("LHR", &stand.writ(&issuer, "trip")?);
    let watch = Stopwatch::start();
    for _ in 0..2 {
        issuer = issuer.killed_and_restarted()?;
        front.lead(issuer.address());
        for edge in &stand.edges {
            edge.send_permitted(&request)?;
        }
    }
    // Restarting has to be quicker than the bundle is stale, or the test would say nothing.
    ensure!(
        watch.elapsed() < Duration::from_secs(60),
        "restarting took {:?}",
        watch.elapsed()
    );
    let answer = issuer.post(&stand.client, "/v1/tasks/trip/complete", &json!({}))?;
    ensure!(answer.status == 200, "{}", answer.json());
    for edge in &stand.edges {
        edge.becomes(&request, 401, SOON)?;
    }
    Ok(())
}

#[test]
fn an_issuer_restored_from_a_backup_is_followed_into_another_epoch() -> Result<()> {
    let scene = AwayScene::start()?;
    let before = scene.search("before")?;
    let backup = scene.issuer.back_up()?;
    let after = scene.search("after")?;
    scene.on_each(|edge| {
        for request in [&before, &after] {
            edge.becomes(request, 200, SOON)?;
        }
        Ok(())
    })?;
    let restored = IssuerProcess::restored(scene.issuer.url(), backup)?;
    drop(scene.front.bundle_requests());
    scene.front.lead(restored.address());
    // What was issued before is ended by the restored issuer's first start, whether it knows of it
    // or not.
    scene.on_each(|edge| {
        for request in [&before, &after] {
            let answer = edge.becomes(request, 401, SOON)?;
            ensure!(
                edge.label(&answer).is_some_and(|label| label.starts_with("token_")),
                "{}",
                edge.kind()
            );
        }
        Ok(())
    })?;
    let request = search("LHR", &scene.stand.writ(&restored, "later")?);
    scene.on_each(|edge| edge.becomes(&request, 200, SOON).map(drop))?;
    // They said what they held and got a snapshot all the same: no edge had to forget anything
    // first.
    let asked: Vec<_> = scene.front.bundle_requests();
    ensure!(asked.iter().all(|target| target.contains("have=")), "{asked:?}");
    Ok(())
}

#[test]
fn an_edge_that_starts_without_an_issuer_says_so_and_recovers() -> Result<()> {
    let ((front, issuer), api) = (Interposer::with_issuer()?, Travel::start()?);
    let stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
    let request = search("LHR", &stand.writ(&issuer, "trip")?);
    front.lead(NOWHERE);
    for kind in HostKind::ALL {
        let edge = edge::start(kind, &stand.setup)?;
        let refused = edge.becomes(&request, 503, SOON)?;
        ensure!(edge.label(&refused).as_deref() == Some("snapshot_missing"), "{kind}");
        let said = edge.log().find(SOON, |line| {
            line.contains("the bundle is not taken").then(|| line.to_owned())
        });
        said.with_context(|| format!("{kind} does not say why it refuses"))?;
        front.lead(issuer.address());
        edge.becomes(&request, 200, SOON)?;
        front.lead(NOWHERE);
    }
    Ok(())
}
