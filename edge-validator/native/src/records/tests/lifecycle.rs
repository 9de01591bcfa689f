//! Records from their request to the issuer, through restarts.

use super::issuer::ScriptedIssuer;
use super::{TestRun, names, new_folder, record, records, segments, wait_until};
use std::fs;
use std::sync::Arc;
use std::time::Duration;

#[test]
fn records_are_delivered_once_and_their_segment_goes() {
    let issuer = ScriptedIssuer::start();
    let (_place, path) = new_folder();
    let run = TestRun::start(&path, &issuer.origin);
    run.keep(1..=2_500);
    wait_until(|| run.counts().delivered == 2_500);
    assert_eq!(issuer.records(), records(1..=2_500));
    let counts = run.counts();
    assert_eq!((counts.waiting, counts.lost), (0, 0));
    run.finish();
    assert_eq!(segments(&path), [] as [&str; 0]);
}

#[test]
fn records_wait_for_the_issuer_through_restarts() {
    let issuer = ScriptedIssuer::start();
    issuer.with(|state| state.status = Some(503));
    let (_place, path) = new_folder();
    for before in 0..3 {
        let run = TestRun::start(&path, &issuer.origin);
        assert_eq!(run.counts().waiting, before * 2);
        run.keep([before * 2, before * 2 + 1]);
        run.finish();
        assert_eq!(segments(&path).len() as u64, before + 1);
    }
    issuer.with(|state| state.status = None);
    TestRun::start(&path, &issuer.origin).finish();
    assert_eq!(issuer.records(), records(0..6));
    assert_eq!(issuer.with(|state| state.boots.len()), 3, "each run has its boot id");
    TestRun::start(&path, &issuer.origin).finish();
    assert_eq!(names(&path), [] as [&str; 0]);
}

#[test]
fn a_restart_delivers_again_under_the_same_boot_id() {
    let issuer = ScriptedIssuer::start();
    let (_place, path) = new_folder();
    let run = TestRun::start(&path, &issuer.origin);
    run.keep(1..=3);
    wait_until(|| run.counts().delivered == 3);
    // A killed proxy leaves the files as they are now.
    let (copies, crashed) = new_folder();
    drop(super::super::folder::RecordFolder::open(&crashed).unwrap());
    for name in names(&path) {
        fs::copy(path.join(&name), crashed.join(&name)).unwrap();
    }
    run.finish();
    assert_eq!((names(&crashed).len(), segments(&crashed).len()), (2, 1));
    let run = TestRun::start(&crashed, &issuer.origin);
    wait_until(|| run.counts().delivered == 3);
    run.finish();
    assert_eq!(issuer.records(), records(1..=3));
    assert_eq!(issuer.with(|state| state.boots.len()), 1);
    drop(copies);
}

#[test]
fn a_boot_that_the_issuer_has_forgotten_is_replaced() {
    let issuer = ScriptedIssuer::start();
    let (_place, path) = new_folder();
    let run = TestRun::start(&path, &issuer.origin);
    run.keep(1..=2);
    wait_until(|| run.counts().delivered == 2);
    issuer.with(|state| state.boots.clear());
    run.keep(3..=4);
    wait_until(|| run.counts().delivered == 4);
    run.finish();
    assert_eq!(issuer.records(), records(1..=4));
    assert!(issuer.with(|state| state.records.contains_key(&("boot-2".to_owned(), 3))));
}

#[test]
fn records_that_the_issuer_refuses_are_lost_and_counted() {
    let issuer = ScriptedIssuer::start();
    let (_place, path) = new_folder();
    let run = TestRun::start(&path, &issuer.origin);
    run.keep([1]);
    wait_until(|| run.counts().delivered == 1);
    issuer.with(|state| state.status = Some(422));
    run.keep([2, 3]);
    wait_until(|| run.counts().lost == 2);
    issuer.with(|state| state.status = None);
    run.keep([4]);
    wait_until(|| run.counts().delivered == 2);
    run.finish();
    assert_eq!(issuer.records(), records([1, 4]));
}

#[test]
fn an_idle_proxy_leaves_no_segment() {
    let issuer = ScriptedIssuer::start();
    let (_place, path) = new_folder();
    let run = TestRun::start(&path, &issuer.origin);
    run.keep([1]);
    wait_until(|| run.counts().delivered == 1);
    wait_until(|| segments(&path).is_empty());
    run.keep([2]);
    wait_until(|| run.counts().delivered == 2);
    run.finish();
}

#[tokio::test]
async fn a_durable_record_is_in_its_file() {
    let (_place, path) = new_folder();
    let run = TestRun::start(&path, "http://127.0.0.1:1");
    let waits = (0..100).map(|number| {
        let (records, config) = (run.threads.records().clone(), Arc::clone(&run.config));
        tokio::spawn(async move { records.keep_durably(&config, record(number)).await })
    });
    for wait in waits.collect::<Vec<_>>() {
        assert!(wait.await.unwrap());
    }
    let text = fs::read_to_string(path.join("00000001.records")).unwrap();
    assert_eq!(text.lines().count(), 101);
    run.finish_now().await;
}

#[tokio::test]
async fn a_segment_that_is_removed_is_replaced() {
    let issuer = ScriptedIssuer::start();
    issuer.with(|state| state.status = Some(503));
    let (_place, path) = new_folder();
    let run = TestRun::start(&path, &issuer.origin);
    assert!(run.keep_durably(0).await);
    fs::remove_file(path.join("00000001.records")).unwrap();
    issuer.with(|state| state.status = None);
    wait_until(|| run.counts().lost == 1);
    while !run.keep_durably(0).await {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    wait_until(|| run.counts().delivered >= 1);
    run.finish_now().await;
}

#[tokio::test]
async fn a_folder_that_is_gone_refuses_and_does_not_wait() {
    let (_place, path) = new_folder();
    let run = TestRun::start(&path, "http://127.0.0.1:1");
    fs::remove_dir_all(&path).unwrap();
    assert!(!run.keep_durably(0).await);
    assert!(!run.has_room());
    run.keep([0]);
    run.finish_now().await;
    assert!(!path.exists());
}
