//! A revocation acts at the edges in the time that is promised: on Envoy and the proxy within a
//! second, in every thread; on a Worker within `refresh`.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::Stopwatch;
use edgewrit_tests::edge::{self, EdgeProcess, HostKind};
use edgewrit_tests::http;
use edgewrit_tests::http::{LoopbackServer, ServerReply};
use edgewrit_tests::interposer::Interposer;
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{Fixture, search};
use edgewrit_tests::traffic::{flow, instance};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Enough that each of two threads gets some of them. The kernel deals them out to the threads of
/// Envoy, and the threads of the proxy accept in turns.
const CONNECTIONS: usize = 16;
const THREADS: u32 = 2;
/// The time for which a writ is used before the revocation.
const BEFORE: Duration = Duration::from_millis(200);
/// After this a revocation that does not act is taken for one that never will.
const NEVER: Duration = Duration::from_secs(20);

/// An API that writes down when it was last asked.
struct Api {
    server: LoopbackServer,
    last: Arc<Mutex<Duration>>,
    watch: Stopwatch,
}

impl Api {
    fn start() -> Result<Self> {
        let (last, watch) = (Arc::new(Mutex::new(Duration::ZERO)), Stopwatch::start());
        let of_server = Arc::clone(&last);
        let server = LoopbackServer::start(move |_| {
            *of_server.lock().unwrap_or_else(PoisonError::into_inner) = watch.elapsed();
            ServerReply::json(200, &json!({"flights": []}))
        })?;
        Ok(Self { server, last, watch })
    }

    fn last(&self) -> Duration {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn stand(issuer: &IssuerProcess, api: &Api, refresh: u64) -> Result<Fixture> {
    let mut stand = Fixture::prepare(issuer, "travel", &api.server.origin(), "key")?;
    if let Some(document) = stand.setup.document.as_object_mut() {
        document.insert("refresh".into(), refresh.into());
    }
    Ok(stand)
}

/// How long after the answer to a revocation the last request arrived at the API; every instance
/// has permitted before, and refuses.
fn trial(
    issuer: &IssuerProcess,
    stand: &Fixture,
    edge: &EdgeProcess,
    api: &Api,
    id: &str,
    instances: usize,
) -> Result<Duration> {
    let request = search("LHR", &stand.writ(issuer, id)?);
    let (permitted, refused) = (Mutex::new(BTreeSet::new()), Mutex::new(BTreeSet::new()));
    let begun = Stopwatch::start();
    let enter = |set: &Mutex<BTreeSet<String>>, answer: &http::HttpResponse| {
        set.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(instance(answer));
    };
    let go_on = |answer: &http::HttpResponse| {
        enter(if answer.status == 200 { &permitted } else { &refused }, answer);
        answer.status == 200 && begun.elapsed() < NEVER
    };
    let revoked = thread::scope(|scope| {
        let traffic = scope.spawn(|| flow(edge, &request, CONNECTIONS, go_on));
        thread::sleep(BEFORE);
        let answer = issuer.post(&stand.client, &format!("/v1/tasks/{id}/complete"), &json!({}));
        let revoked = api.watch.elapsed();
        traffic.join().ok().context("the traffic broke")??;
        let status = answer?.status;
        ensure!(status == 200, "the task was ended with {status}");
        Ok(revoked)
    })?;
    let (permitted, refused) = (permitted.into_inner()?, refused.into_inner()?);
    ensure!(
        permitted.len() == instances,
        "{permitted:?} have permitted, expected {instances}"
    );
    ensure!(
        permitted == refused,
        "permitted: {permitted:?}, refused in the end: {refused:?}"
    );
    Ok(api.last().saturating_sub(revoked))
}

fn median(mut times: Vec<Duration>) -> Option<Duration> {
    times.sort();
    times.get(times.len() / 2).copied()
}

fn a_revocation_acts_within_a_second_in_every_thread(kind: HostKind) -> Result<()> {
    const TRIALS: usize = 10;
    let (issuer, api) = (IssuerProcess::start()?, Api::start()?);
    let stand = stand(&issuer, &api, 10)?;
    let mut edge = edge::start_threads(kind, &stand.setup, THREADS)?;
    stand.wait_until_ready(&issuer, &mut edge)?;
    let times: Result<Vec<_>> = (0..TRIALS)
        .map(|number| trial(&issuer, &stand, &edge, &api, &format!("trial-{number}"), 2))
        .collect();
    let times = times?;
    println!("the last request arrived so long after the revocation was answered: {times:?}");
    ensure!(median(times.clone()) < Some(Duration::from_secs(1)), "{times:?}");
    Ok(())
}

#[test]
fn a_revocation_acts_within_a_second_in_every_thread_of_envoy() -> Result<()> {
    a_revocation_acts_within_a_second_in_every_thread(HostKind::Envoy)
}

#[test]
fn a_revocation_acts_within_a_second_in_every_thread_of_the_proxy() -> Result<()> {
    a_revocation_acts_within_a_second_in_every_thread(HostKind::Proxy)
}

#[test]
fn a_revocation_acts_on_a_worker_within_its_refresh() -> Result<()> {
    const TRIALS: usize = 5;
    const REFRESH: u64 = 2;
    let (issuer, api) = (IssuerProcess::start()?, Api::start()?);
    let stand = stand(&issuer, &api, REFRESH)?;
    let mut edge = edge::start(HostKind::Worker, &stand.setup)?;
    stand.wait_until_ready(&issuer, &mut edge)?;
    let times: Result<Vec<_>> = (0..TRIALS)
        .map(|number| trial(&issuer, &stand, &edge, &api, &format!("trial-{number}"), 1))
        .collect();
    let times = times?;
    println!("the last request arrived so long after the revocation was answered: {times:?}");
    // Its clock counts in whole seconds, and the question takes a moment.
    ensure!(
        median(times.clone()) < Some(Duration::from_secs(REFRESH + 1)),
        "{times:?}"
    );
    Ok(())
}

#[test]
fn a_busy_worker_asks_the_issuer_seldom() -> Result<()> {
    const DECISIONS: usize = 10_000;
    const QUESTIONS: usize = 20;
    let ((front, issuer), api) = (Interposer::with_issuer()?, Api::start()?);
    let stand = stand(&issuer, &api, 1)?;
    let mut edge = edge::start(HostKind::Worker, &stand.setup)?;
    stand.wait_until_ready(&issuer, &mut edge)?;
    let request = search("LHR", &stand.writ(&issuer, "busy")?);
    let (decided, other) = (AtomicUsize::new(0), AtomicUsize::new(0));
    drop(front.bundle_requests());
    flow(&edge, &request, CONNECTIONS, |answer| {
        other.fetch_add(usize::from(answer.status != 200), Ordering::Relaxed);
        decided.fetch_add(1, Ordering::Relaxed) < DECISIONS
    })?;
    ensure!(other.load(Ordering::Relaxed) == 0, "{other:?} were not permitted");
    let questions = front.bundle_requests();
    println!("{} requests to the issuer over {decided:?} decisions", questions.len());
    ensure!(!questions.is_empty(), "nothing was asked: what was counted?");
    ensure!(questions.len() <= QUESTIONS, "{questions:?}");
    Ok(())
}
