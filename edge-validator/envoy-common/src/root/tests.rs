//! One filter, with a simulated host and issuer.

use crate::root::{Caller, Root};
use crate::simulated::{SharedData, SimulatedHost, settings};
use edgewrit_edge::issuer::call::IssuerAnswer;
use edgewrit_shared::edge_api::boot;
use edgewrit_shared::edge_api::bundle::{PATH, WAIT_SECONDS, write_target};
use edgewrit_shared::edge_api::records;
use edgewrit_test_issuer::{self as support, NOW};
use std::cell::RefCell;

type Filter<'h, 'd> = Root<&'h SimulatedHost<'d>>;

fn start<'h, 'd>(host: &'h SimulatedHost<'d>, seed: u64) -> Filter<'h, 'd> {
    Root::new(host, settings(), seed, None).unwrap()
}

fn got(body: &[u8]) -> IssuerAnswer<'_> {
    IssuerAnswer::Got { status: 200, body }
}

fn paths(host: &SimulatedHost<'_>) -> Vec<String> {
    host.calls.borrow().iter().map(|call| call.path.clone()).collect()
}

/// The target of the call after the first bundle.
fn later_target() -> String {
    write_target(Some("epoch-1.1"), WAIT_SECONDS)
}

#[test]
fn a_filter_asks_for_a_bundle_and_then_for_the_next_one() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let root = start(host, 1);
    root.ask_for_bundle();
    root.ask_for_bundle();
    let first = host.calls.borrow().first().cloned().unwrap();
    assert_eq!((first.path.as_str(), first.cluster.as_str()), (PATH, "issuer"));
    assert_eq!(root.take_caller(first.token), Some(Caller::Refresh));
    assert_eq!(root.take_caller(first.token), None);
    root.receive_bundle(got(&support::bundle(NOW, Vec::new())));
    assert_eq!(paths(host), [PATH, &later_target()]);
    assert_eq!(host.metric("bundles", "taken"), 1);
}

#[test]
fn a_failure_is_counted_logged_and_followed_by_a_pause() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let root = start(host, 1);
    root.ask_for_bundle();
    root.receive_bundle(IssuerAnswer::Failed);
    root.ask_for_bundle();
    assert_eq!((paths(host).len(), host.metric("bundles", "bundle_unanswered")), (1, 1));
    assert_eq!(host.lines.borrow().len(), 1);
    host.advance(1);
    root.ask_for_bundle();
    assert_eq!(paths(host).len(), 2);
}

#[test]
fn a_host_that_starts_no_call_is_asked_again_after_a_pause() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    host.refuses_calls.set(true);
    let root = start(host, 1);
    root.ask_for_bundle();
    root.ask_for_bundle();
    assert_eq!(host.lines.borrow().len(), 1);
    host.advance(1);
    host.refuses_calls.set(false);
    root.ask_for_bundle();
    assert_eq!(paths(host), [PATH]);
}

#[test]
fn a_later_filter_begins_with_the_bundle_that_an_earlier_filter_left() {
    let data = RefCell::new(SharedData::default());
    let (early, late) = (&SimulatedHost::new(&data, NOW), &SimulatedHost::new(&data, NOW));
    let root = start(early, 1);
    root.ask_for_bundle();
    root.receive_bundle(got(&support::bundle(NOW, Vec::new())));
    start(late, 3).ask_for_bundle();
    assert_eq!(paths(late), [later_target()]);
}

#[test]
fn a_bundle_in_the_shared_data_that_is_not_signed_is_not_taken() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    start(host, 1).receive_bundle(got(&support::bundle(NOW, Vec::new())));
    let key = "edgewrit/bundle/1/https://issuer.example/0";
    assert!(data.borrow_mut().write(key, b"{}", None));
    let late = &SimulatedHost::new(&data, NOW);
    start(late, 3).ask_for_bundle();
    assert_eq!(paths(late), [PATH]);
    assert_eq!(late.lines.borrow().len(), 1);
}

#[test]
fn a_tick_shows_the_age_of_the_snapshot_and_its_audit_head_from_time_to_time() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let root = start(host, 1);
    let head = format!("7:{}", "ab".repeat(32));
    root.receive_bundle(got(&support::bundle_with_head(NOW, &head)));
    for _ in 0..61 {
        root.tick();
        host.advance(1);
    }
    assert_eq!(host.metric("snapshot", "age_seconds"), 60);
    assert_eq!(host.metric("snapshot", "audit_seq"), 7);
    let lines = host.lines.borrow();
    assert_eq!(lines.iter().filter(|line| line.contains("audit_seen")).count(), 2);
}

#[test]
fn a_permitted_request_that_went_elsewhere_ends_all_trust_in_routes() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let root = start(host, 1);
    assert!(root.trusts_routes());
    root.distrust_routes("travel");
    assert!(!root.trusts_routes());
    assert_eq!(host.lines.borrow().len(), 1);
}

#[test]
fn an_answer_that_comes_without_the_time_ends_its_delivery() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let root = start(host, 1);
    let count = |path: &str| paths(host).iter().filter(|own| *own == path).count();
    let receive_without_time = |answer: IssuerAnswer<'_>| {
        host.refuses_time.set(true);
        root.receive_delivery(0, answer);
        host.refuses_time.set(false);
        host.advance(1);
        root.tick();
    };
    assert!(root.keep_record("{}"));
    root.tick();
    assert_eq!((count(boot::PATH), count(records::PATH)), (1, 0));
    let body = &*boot::write_answer("boot");
    receive_without_time(IssuerAnswer::Got {
        status: 201,
        body: body.as_bytes(),
    });
    assert_eq!((count(boot::PATH), count(records::PATH)), (1, 1));
    receive_without_time(IssuerAnswer::Failed);
    assert_eq!((count(boot::PATH), count(records::PATH)), (1, 2));
    receive_without_time(got(b"{}"));
    assert_eq!(host.metric("records", "delivered"), 1);
}
