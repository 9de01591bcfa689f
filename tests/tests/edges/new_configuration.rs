//! Envoy and the proxy take a new configuration while they work: not one request is refused or
//! decided wrongly, and one with a fault changes nothing.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::poll;
use edgewrit_tests::edge::{self, HostKind, ReconfigurableEdge, Setup};
use edgewrit_tests::http::{HttpRequest, HttpResponse};
use edgewrit_tests::interposer::Interposer;
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{Fixture, search};
use edgewrit_tests::traffic::flow;
use edgewrit_tests::upstream::Travel;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

const THREADS: u32 = 2;
/// Enough that each thread gets some of them, whatever the kernel deals out.
const CONNECTIONS: usize = 12;
const SOON: Duration = Duration::from_secs(30);
const RELOADS: usize = 6;
/// The time for which requests go on under each configuration.
const WHILE: Duration = Duration::from_millis(200);

struct ConfigurationScene {
    front: Interposer,
    host: Box<dyn ReconfigurableEdge>,
    /// The first configuration of the filter, and the same with one more operation.
    narrow: Setup,
    wide: Setup,
    /// Permitted, and refused, by both.
    permitted: HttpRequest,
    refused: HttpRequest,
    /// Refused by the one and permitted by the other.
    paged: HttpRequest,
    _issuer: IssuerProcess,
    _api: Travel,
}

impl ConfigurationScene {
    fn start(kind: HostKind) -> Result<Self> {
        let ((front, issuer), api) = (Interposer::with_issuer()?, Travel::start()?);
        let stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
        let narrow = stand.setup.clone();
        let mut wide = narrow.clone();
        let search_for_flights = wide.document.pointer_mut("/operations/0").context("no operation")?;
        if let Some(operation) = search_for_flights.as_object_mut() {
            operation.insert("ignore".into(), json!(["query.page"]));
        }
        let writ = &stand.writ(&issuer, "trip")?;
        let paged = HttpRequest::new("GET", "/flights?from=JFK&to=LHR&date=2026-05-10&page=2").bearer(writ);
        let host = edge::start_reconfigurable(kind, &narrow, THREADS)?;
        let scene = Self {
            front,
            host,
            narrow,
            wide,
            permitted: search("LHR", writ),
            refused: search("CDG", writ),
            paged,
            _issuer: issuer,
            _api: api,
        };
        scene.becomes(200, &scene.permitted)?;
        Ok(scene)
    }

    /// Waits until every thread answers `request` with `status`.
    fn becomes(&self, status: u16, request: &HttpRequest) -> Result<()> {
        let all = || -> Result<bool> {
            let found = Mutex::new(BTreeSet::new());
            flow(self.host.edge(), request, CONNECTIONS, |answer| {
                found
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(answer.status);
                false
            })?;
            Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner) == BTreeSet::from([status]))
        };
        let became = poll(SOON, || all().ok().filter(|all| *all));
        became.map(drop).with_context(|| {
            format!(
                "never answered {status} in every thread; the host said:\n{}",
                self.host.edge().log().tail(30)
            )
        })
    }

    /// Does `meanwhile` while requests are sent on kept and on fresh connections; of each the
    /// answer must be as ever.
    fn under_load(&self, meanwhile: impl FnOnce() -> Result<()>) -> Result<usize> {
        let (over, decided) = (AtomicBool::new(false), AtomicUsize::new(0));
        let other: Mutex<Vec<(u16, String)>> = Mutex::default();
        let judge = |expected: u16| {
            let (over, decided, other) = (&over, &decided, &other);
            move |answer: &HttpResponse| {
                decided.fetch_add(1, Ordering::Relaxed);
                if answer.status != expected {
                    let mut other = other.lock().unwrap_or_else(PoisonError::into_inner);
                    other.push((answer.status, answer.json().to_string()));
                }
                !over.load(Ordering::Relaxed)
            }
        };
        let edge = self.host.edge();
        thread::scope(|scope| {
            let kept = [(&self.permitted, 200), (&self.refused, 403)]
                .map(|(request, status)| scope.spawn(move || flow(edge, request, CONNECTIONS / 2, judge(status))));
            let fresh = scope.spawn(|| {
                while judge(200)(&edge.send(&self.permitted)?) {}
                anyhow::Ok(())
            });
            let done = meanwhile();
            over.store(true, Ordering::Relaxed);
            for traffic in kept.into_iter().chain([fresh]) {
                traffic.join().ok().context("the traffic broke")??;
            }
            done
        })?;
        let other = other.into_inner().unwrap_or_else(PoisonError::into_inner);
        ensure!(
            other.is_empty(),
            "{} other answers, first {:?}",
            other.len(),
            other.first()
        );
        Ok(decided.into_inner())
    }
}

fn a_new_configuration_counts_at_once_and_no_request_pays_for_it(kind: HostKind) -> Result<()> {
    let scene = ConfigurationScene::start(kind)?;
    scene.becomes(400, &scene.paged)?;
    drop(scene.front.bundle_requests());
    let decided = scene.under_load(|| {
        for reload in 0..RELOADS {
            let (setup, status) = if reload % 2 == 0 {
                (&scene.wide, 200)
            } else {
                (&scene.narrow, 400)
            };
            scene.host.configure(setup)?;
            scene
                .becomes(status, &scene.paged)
                .with_context(|| format!("reload {reload}"))?;
            thread::sleep(WHILE);
        }
        Ok(())
    })?;
    println!("{decided} requests over {RELOADS} reloads");
    let asked = scene.front.bundle_requests();
    ensure!(
        asked.iter().all(|target| target.contains("have=")),
        "whole bundles were asked for: {asked:?}"
    );
    Ok(())
}

#[test]
fn a_new_configuration_counts_at_once_in_envoy_and_no_request_pays_for_it() -> Result<()> {
    a_new_configuration_counts_at_once_and_no_request_pays_for_it(HostKind::Envoy)
}

#[test]
fn a_new_configuration_counts_at_once_in_the_proxy_and_no_request_pays_for_it() -> Result<()> {
    a_new_configuration_counts_at_once_and_no_request_pays_for_it(HostKind::Proxy)
}

fn a_configuration_with_a_fault_changes_nothing(kind: HostKind) -> Result<()> {
    let scene = ConfigurationScene::start(kind)?;
    let mut faulty = scene.wide.clone();
    if let Some(document) = faulty.document.as_object_mut() {
        document.insert("audiense".into(), "https://travel.example".into());
    }
    scene.under_load(|| {
        scene.host.configure(&faulty)?;
        let log = scene.host.edge().log();
        let named = log.find(SOON, |line| line.contains("audiense").then_some(()));
        named.with_context(|| format!("the fault is not named:\n{}", log.tail(30)))?;
        let rejected = log.find(SOON, |line| line.contains("rejected").then_some(()));
        rejected.with_context(|| format!("{kind} does not say that it rejects it:\n{}", log.tail(30)))?;
        scene.becomes(400, &scene.paged)
    })?;
    scene.host.configure(&scene.wide)?;
    scene.becomes(200, &scene.paged)
}

#[test]
fn a_configuration_with_a_fault_changes_nothing_in_envoy() -> Result<()> {
    a_configuration_with_a_fault_changes_nothing(HostKind::Envoy)
}

#[test]
fn a_configuration_with_a_fault_changes_nothing_in_the_proxy() -> Result<()> {
    a_configuration_with_a_fault_changes_nothing(HostKind::Proxy)
}
