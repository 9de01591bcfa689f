//! A filter that crashed is replaced by a fresh one, which finds the bundle that others have left:
//! nothing is refused for want of one, the issuer is not stormed, and what was revoked stays so.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::poll;
use edgewrit_tests::edge::{self, EdgeProcess, trapping_filter};
use edgewrit_tests::http::HttpRequest;
use edgewrit_tests::interposer::Interposer;
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{Fixture, booking, search};
use edgewrit_tests::traffic::{flow, instance};
use edgewrit_tests::upstream::Travel;
use serde_json::json;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

const THREADS: u32 = 2;
/// Enough that each thread gets some of them, whatever the kernel deals out.
const CONNECTIONS: usize = 16;
const SOON: Duration = Duration::from_secs(30);
/// An address where no server listens.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 1);
/// By then a fresh filter has asked for news.
const ASKED: Duration = Duration::from_millis(200);
/// Envoy replaces a filter at most about once a second.
const REPLACEABLE: Duration = Duration::from_millis(2_500);

struct TrappedScene {
    front: Interposer,
    issuer: IssuerProcess,
    stand: Fixture,
    edge: EdgeProcess,
    _api: Travel,
}

impl TrappedScene {
    fn start() -> Result<Self> {
        let ((front, issuer), api) = (Interposer::with_issuer()?, Travel::start()?);
        let stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
        let edge = edge::start_envoy(&stand.setup, THREADS, &trapping_filter()?)?;
        let scene = Self {
            front,
            issuer,
            stand,
            edge,
            _api: api,
        };
        let writ = scene.writ("ready")?;
        // Every thread has a bundle once none refuses for want of one.
        poll(SOON, || {
            (scene.statuses(&search("LHR", &writ)).ok()? == BTreeSet::from([200])).then_some(())
        })
        .context("the threads get no bundle")?;
        Ok(scene)
    }

    fn writ(&self, id: &str) -> Result<String> {
        self.stand.writ(&self.issuer, id)
    }

    /// One answer each on many connections.
    fn all<T: Ord + Send>(
        &self,
        request: &HttpRequest,
        of: impl Fn(&edgewrit_tests::http::HttpResponse) -> T + Sync,
    ) -> Result<BTreeSet<T>> {
        let found = Mutex::new(BTreeSet::new());
        flow(&self.edge, request, CONNECTIONS, |answer| {
            found.lock().unwrap_or_else(PoisonError::into_inner).insert(of(answer));
            false
        })?;
        Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn statuses(&self, request: &HttpRequest) -> Result<BTreeSet<u16>> {
        self.all(request, |answer| answer.status)
    }

    /// The instances that answer `request` with `status`, and nothing else may.
    fn instances(&self, request: &HttpRequest, status: u16) -> Result<BTreeSet<String>> {
        let answers = self.all(request, |answer| {
            (answer.status, instance(answer), answer.json().to_string())
        })?;
        ensure!(
            answers.iter().all(|(own, ..)| *own == status),
            "{answers:?}; Envoy said:\n{}",
            self.edge.log().tail(20)
        );
        Ok(answers.into_iter().filter_map(|(_, instance, _)| instance).collect())
    }

    /// Crashes the filter of every thread and waits until it can be replaced.
    fn crash(&self, writ: &str) {
        thread::scope(|scope| {
            for _ in 0..CONNECTIONS {
                scope.spawn(|| {
                    // Whatever comes of it, no request with a body is judged by this filter.
                    let answer = self.edge.send(&booking("X", 1, writ));
                    assert!(answer.map_or(true, |answer| answer.status == 503));
                });
            }
        });
        thread::sleep(REPLACEABLE);
    }
}

#[test]
fn ten_crashes_neither_refuse_for_want_of_a_bundle_nor_storm_the_issuer() -> Result<()> {
    const ROUNDS: usize = 5;
    let scene = TrappedScene::start()?;
    let writ = scene.writ("trip")?;
    let request = search("LHR", &writ);
    let mut seen = scene.instances(&request, 200)?;
    drop(scene.front.bundle_requests());
    for round in 0..ROUNDS {
        scene.crash(&writ);
        let fresh = scene.instances(&request, 200)?;
        ensure!(fresh.len() == 2, "round {round}: {fresh:?} answer");
        ensure!(
            seen.is_disjoint(&fresh),
            "round {round}: {fresh:?} is no fresh filter, seen were {seen:?}"
        );
        seen.extend(fresh);
        thread::sleep(ASKED);
    }
    let requests = scene.front.bundle_requests();
    println!("{} requests for a bundle over {} crashes", requests.len(), 2 * ROUNDS);
    let whole: Vec<_> = requests.iter().filter(|target| !target.contains("have=")).collect();
    ensure!(whole.is_empty(), "whole bundles were asked for: {whole:?}");
    // A question of each fresh filter, and those of the main thread's that were answered meanwhile.
    ensure!((2 * ROUNDS..2 * ROUNDS + 4).contains(&requests.len()), "{requests:?}");
    let answer = scene
        .issuer
        .post(&scene.stand.client, "/v1/tasks/trip/complete", &json!({}))?;
    ensure!(answer.status == 200, "{}", answer.json());
    let ended = poll(SOON, || {
        (scene.statuses(&request).ok()? == BTreeSet::from([401])).then_some(())
    });
    ended.context("fresh filters do not follow the issuer")
}

#[test]
fn what_was_revoked_before_a_crash_is_revoked_after_it_without_an_issuer() -> Result<()> {
    let scene = TrappedScene::start()?;
    let (ended, other) = (scene.writ("ended")?, scene.writ("other")?);
    let (ended, going) = (search("LHR", &ended), search("LHR", &other));
    scene.instances(&ended, 200)?;
    let answer = scene
        .issuer
        .post(&scene.stand.client, "/v1/tasks/ended/complete", &json!({}))?;
    ensure!(answer.status == 200, "{}", answer.json());
    poll(SOON, || {
        (scene.statuses(&ended).ok()? == BTreeSet::from([401])).then_some(())
    })
    .context("the task is over and still searches")?;
    let before = scene.instances(&going, 200)?;
    scene.front.lead(NOWHERE);
    scene.crash(&other);
    let after = scene.instances(&ended, 401)?;
    ensure!(before.is_disjoint(&after), "{before:?} were not replaced: {after:?}");
    scene.instances(&going, 200)?;
    Ok(())
}

#[test]
fn what_is_left_is_begun_anew_by_one_filter_when_it_grows_long() -> Result<()> {
    /// More than are left beside a whole bundle.
    const CHANGES: usize = 32;
    let scene = TrappedScene::start()?;
    let (ended, going) = (scene.writ("change-0")?, scene.writ("other")?);
    let (ended, going) = (search("LHR", &ended), search("LHR", &going));
    for number in 1..CHANGES {
        scene.writ(&format!("change-{number}"))?;
    }
    drop(scene.front.bundle_requests());
    for number in 0..CHANGES {
        let path = format!("/v1/tasks/change-{number}/complete");
        let answer = scene.issuer.post(&scene.stand.client, &path, &json!({}))?;
        ensure!(answer.status == 200, "{}", answer.json());
        // In the long run a filter asks once a second, and what comes meanwhile is one change.
        thread::sleep(Duration::from_millis(1_100));
    }
    thread::sleep(Duration::from_secs(1));
    let requests = scene.front.bundle_requests();
    let whole = requests.iter().filter(|target| !target.contains("have=")).count();
    ensure!(whole == 1, "{whole} whole bundles were asked for: {requests:?}");
    scene.front.lead(NOWHERE);
    scene.crash(&scene.writ("late")?);
    scene.instances(&ended, 401)?;
    scene.instances(&going, 200)?;
    Ok(())
}

#[test]
fn what_was_recorded_before_a_crash_without_an_issuer_is_delivered_after_it() -> Result<()> {
    /// The time until another filter owns the ring of a filter that is gone, and delivers it.
    const DELIVERED: Duration = Duration::from_secs(60);
    const ROUNDS: usize = 5;
    let scene = TrappedScene::start()?;
    let writ = scene.writ("kept")?;
    let search = search("LHR", &writ);
    scene.front.lead(NOWHERE);
    for round in 0..2 * ROUNDS {
        if round == ROUNDS {
            scene.crash(&writ);
        }
        ensure!(scene.statuses(&search)? == BTreeSet::from([200]), "round {round}");
    }
    scene.front.lead(scene.issuer.address());
    let used = || {
        let report = scene.issuer.report(&scene.stand.client, "kept").ok()?;
        let granted = report.pointer("/granted")?.as_array()?.clone();
        granted
            .iter()
            .map(|grant| grant.pointer("/used")?.as_u64())
            .sum::<Option<u64>>()
    };
    let sent = u64::try_from(2 * ROUNDS * CONNECTIONS)?;
    poll(DELIVERED, || used().filter(|used| *used == sent))
        .with_context(|| format!("{sent} requests were permitted, {:?} are known", used()))
        .map(drop)
}
