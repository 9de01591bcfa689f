//! A disk of the proxy that loses unsynced writes, is full, or does not sync.

use super::super::scene::{ProxyScene, RunningProxy};
use super::load::{LoadAnswers, load_during};
use super::{
    BEST_EFFORT, STRICT, assert_each_is_recorded_once, kill_issuer, permits_in_audit, restart_issuer, scene_with,
    wait_for_delivery, wait_for_requests,
};
use crate::lifecycle::durable::faulty_disk::FaultyDisk;
use crate::support::wait_for;
use std::thread::sleep;
use std::time::Duration;

const FULL: &str = "write 28";
const READ_ONLY: &str = "write 30";
const BROKEN: &str = "sync 5";
/// The time of load on a disk with a fault.
const LOADED: Duration = Duration::from_millis(500);

fn proxy_on(scene: &ProxyScene, settings: &[&str]) -> (FaultyDisk, RunningProxy) {
    let mut command = scene.command(&["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]);
    let disk = FaultyDisk::before_folder(&mut command, scene.records(), settings);
    (disk, RunningProxy::start(command))
}

/// Loads a proxy without an issuer, and cuts the power. The issuer is there again afterwards.
fn load_and_cut_power(scene: &mut ProxyScene, settings: &[&str]) -> LoadAnswers {
    let (disk, proxy) = proxy_on(scene, settings);
    kill_issuer(scene);
    let url = proxy.url.clone();
    let answers = load_during(&url, &scene.writ, || {
        wait_for_requests(scene, 50);
        drop(proxy);
    });
    disk.cut_power();
    restart_issuer(scene);
    answers
}

#[test]
fn a_power_cut_loses_no_permit_of_a_strict_proxy() {
    let mut scene = scene_with(STRICT);
    for settings in [&[][..], &["FAULTY_DISK_KEEPS_SOME"]] {
        for _ in 0..3 {
            let answers = load_and_cut_power(&mut scene, settings);
            assert!(answers.permitted.len() > 5 && answers.unrecorded == 0, "{answers:?}");
            wait_for_delivery(&scene.proxy());
            assert_each_is_recorded_once(&scene, &answers.permitted);
        }
    }
}

/// The proof that the test above can fail.
#[test]
fn without_syncs_a_power_cut_loses_permits() {
    let mut scene = scene_with(STRICT);
    let answers = load_and_cut_power(&mut scene, &["FAULTY_DISK_DENY_SYNC"]);
    assert!(answers.permitted.len() > 5, "{answers:?}");
    wait_for_delivery(&scene.proxy());
    let found = permits_in_audit(&scene);
    assert!(answers.permitted.iter().all(|request| !found.contains_key(request)));
}

#[test]
fn a_strict_proxy_refuses_while_its_disk_is_full_read_only_or_broken_and_goes_on_afterwards() {
    let scene = scene_with(STRICT);
    let (disk, proxy) = proxy_on(&scene, &[]);
    let mut permitted = Vec::new();
    for fault in [FULL, READ_ONLY, BROKEN] {
        let before = load_during(&proxy.url, &scene.writ, || wait_for_requests(&scene, 50));
        assert!(before.unrecorded == 0 && !before.permitted.is_empty(), "{fault}");
        disk.begin_fault(fault);
        let is_ready = || proxy.page("/readyz").0 == 200;
        let during = load_during(&proxy.url, &scene.writ, || {
            wait_for(|| (!is_ready()).then_some(()));
        });
        let later = load_during(&proxy.url, &scene.writ, || sleep(LOADED));
        assert!(later.permitted.is_empty() && !is_ready(), "{fault}: {later:?}");
        disk.end_fault();
        wait_for(|| (scene.search(&proxy).0 == 200).then_some(()));
        permitted.extend([before.permitted, during.permitted].concat());
    }
    assert!(
        proxy.lines("records cannot be kept on disk").len() <= 3,
        "a fault is reported once"
    );
    wait_for_delivery(&proxy);
    assert_each_is_recorded_once(&scene, &permitted);
}

#[test]
fn a_disk_that_is_full_for_a_while_neither_blocks_nor_loses_a_request_without_strict() {
    let scene = scene_with(BEST_EFFORT);
    let (disk, proxy) = proxy_on(&scene, &[]);
    let mut permitted = Vec::new();
    for fault in [FULL, READ_ONLY, BROKEN] {
        disk.begin_fault(fault);
        let during = load_during(&proxy.url, &scene.writ, || wait_for_requests(&scene, 200));
        assert_eq!(during.unrecorded, 0, "{fault}");
        disk.end_fault();
        permitted.extend(during.permitted);
    }
    wait_for_delivery(&proxy);
    assert_eq!(proxy.metric("edgewrit_records_lost_total"), 0);
    assert_each_is_recorded_once(&scene, &permitted);
}
