//! Kills of the proxy and of the issuer under load.

use super::super::scene::ProxyScene;
use super::load::load_during;
use super::{
    BEST_EFFORT, STRICT, assert_each_is_recorded_once, kill_issuer, restart_issuer, scene_with, wait_for_delivery,
    wait_for_requests,
};
use crate::lifecycle::durable::random::Random;
use crate::support::wait_for;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

const KILLS: usize = 8;
/// Longest time of load before a kill.
const LOADED: Duration = Duration::from_millis(1_500);

#[test]
fn a_strict_proxy_that_is_killed_loses_no_permit_and_records_none_twice() {
    let (mut random, scene) = (Random::new(), scene_with(STRICT));
    let mut permitted = Vec::new();
    for _ in 0..KILLS {
        let proxy = scene.proxy();
        let url = proxy.url.clone();
        let answers = load_during(&url, &scene.writ, || {
            sleep(random.duration_up_to(LOADED));
            drop(proxy);
        });
        assert_eq!(answers.unrecorded, 0);
        permitted.extend(answers.permitted);
    }
    assert!(permitted.len() > KILLS);
    wait_for_delivery(&scene.proxy());
    assert_each_is_recorded_once(&scene, &permitted);
}

#[test]
fn a_strict_proxy_permits_without_an_issuer_and_the_records_arrive_later_once() {
    let mut scene = scene_with(STRICT);
    let proxy = scene.proxy();
    let url = proxy.url.clone();
    let answers = load_during(&url, &scene.writ, || {
        wait_for_requests(&scene, 20);
        kill_issuer(&scene);
        wait_for_requests(&scene, 50);
        drop(proxy);
    });
    assert_eq!(answers.unrecorded, 0);
    restart_issuer(&mut scene);
    wait_for_delivery(&scene.proxy());
    assert_each_is_recorded_once(&scene, &answers.permitted);
}

#[test]
fn records_that_are_written_outlive_a_killed_proxy_without_strict() {
    let mut scene = scene_with(BEST_EFFORT);
    let proxy = scene.proxy();
    kill_issuer(&scene);
    let answers = load_during(&proxy.url, &scene.writ, || wait_for_requests(&scene, 200));
    // The writer has taken all of them.
    wait_for(|| (lines_on_disk(&scene) >= answers.permitted.len()).then_some(()));
    drop(proxy);
    restart_issuer(&mut scene);
    wait_for_delivery(&scene.proxy());
    assert_each_is_recorded_once(&scene, &answers.permitted);
}

/// The number of records in segments.
fn lines_on_disk(scene: &ProxyScene) -> usize {
    let files = fs::read_dir(scene.records())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let segments = files.filter(|path| path.extension().is_some_and(|kind| kind == "records"));
    segments
        .map(|path| fs::read_to_string(path).unwrap().lines().count() - 1)
        .sum()
}

#[test]
fn a_proxy_that_is_stopped_delivers_first() {
    let scene = scene_with(BEST_EFFORT);
    let proxy = scene.proxy();
    let answers = load_during(&proxy.url, &scene.writ, || wait_for_requests(&scene, 200));
    proxy.signal("-TERM");
    assert!(proxy.wait_for_end().success());
    assert_each_is_recorded_once(&scene, &answers.permitted);
    assert_eq!(lines_on_disk(&scene), 0);
}
