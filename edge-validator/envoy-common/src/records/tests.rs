//! The records of one filter, with a simulated host and issuer.

use crate::records::FilterRecords;
use crate::simulated::{SharedData, SimulatedHost, config};
use edgewrit_edge::issuer::call::IssuerAnswer;
use edgewrit_shared::edge_api::boot;
use edgewrit_shared::edge_api::problem::{TYPE_PREFIX, UNKNOWN_BOOT};
use edgewrit_shared::edge_api::records::{PATH, write_batch};
use edgewrit_shared::time::UnixSeconds;
use std::cell::RefCell;

const NOW: UnixSeconds = UnixSeconds(1_000);
const EDGE: u64 = 9;

fn answer(status: u16, body: &str) -> IssuerAnswer<'_> {
    IssuerAnswer::Got {
        status,
        body: body.as_bytes(),
    }
}

/// The document of a problem with this code.
fn problem(code: &str) -> String {
    format!(r#"{{"type":"{TYPE_PREFIX}{code}"}}"#)
}

/// The path and the body of the only call that `records` makes now.
fn next_call(records: &mut FilterRecords<&SimulatedHost<'_>>, now: UnixSeconds) -> Option<(String, String)> {
    let mut calls = records.next_calls(&config(), now);
    assert!(calls.len() <= 1);
    let (_, call) = calls.pop()?;
    Some((call.path, String::from_utf8(call.body).unwrap()))
}

/// Answers a boot call with a boot id.
fn begin_boot(records: &mut FilterRecords<&SimulatedHost<'_>>, now: UnixSeconds) {
    assert_eq!(next_call(records, now).unwrap().0, boot::PATH);
    records.receive_answer(0, answer(201, &boot::write_answer("boot")), now);
}

fn delivery(records: &str, first: u64) -> (String, String) {
    (PATH.to_owned(), write_batch("boot", first, records))
}

#[test]
fn a_record_is_delivered_under_a_boot_id_and_counted() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let mut records = FilterRecords::new(host, EDGE, 1);
    assert_eq!(next_call(&mut records, NOW), None);
    assert!(records.keep("{1}", NOW) && records.keep("{2}", NOW));
    assert_eq!(host.metric("records", "waiting"), 2);
    begin_boot(&mut records, NOW);
    assert_eq!(next_call(&mut records, NOW), Some(delivery("{1},{2}", 1)));
    assert_eq!(
        next_call(&mut records, NOW),
        None,
        "one delivery is in progress at a time"
    );
    records.receive_answer(0, answer(200, "{}"), NOW);
    assert_eq!(
        (host.metric("records", "waiting"), host.metric("records", "delivered")),
        (0, 2)
    );
    assert!(records.keep("{3}", NOW));
    assert_eq!(next_call(&mut records, NOW), Some(delivery("{3}", 3)));
}

#[test]
fn a_failed_delivery_is_repeated_after_pauses_that_double() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let mut records = FilterRecords::new(host, EDGE, 1);
    assert!(records.keep("{1}", NOW));
    begin_boot(&mut records, NOW);
    let mut sent = Vec::new();
    for second in 0..24 {
        let now = NOW.plus(second);
        records.tick(now);
        if let Some(call) = next_call(&mut records, now) {
            assert_eq!(call, delivery("{1}", 1));
            sent.push(second);
            records.receive_answer(0, IssuerAnswer::Failed, now);
        }
    }
    assert_eq!(sent, [0, 1, 3, 7, 15, 23]);
}

#[test]
fn an_issuer_that_forgot_the_boot_gets_the_records_under_another() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let mut records = FilterRecords::new(host, EDGE, 1);
    assert!(records.keep("{1}", NOW));
    begin_boot(&mut records, NOW);
    assert_eq!(next_call(&mut records, NOW), Some(delivery("{1}", 1)));
    records.receive_answer(0, answer(404, &problem(UNKNOWN_BOOT)), NOW);
    assert_eq!(next_call(&mut records, NOW), None);
    begin_boot(&mut records, NOW.plus(1));
    assert_eq!(next_call(&mut records, NOW.plus(1)), Some(delivery("{1}", 1)));
}

#[test]
fn records_that_the_issuer_refuses_for_good_are_lost_and_counted() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let mut records = FilterRecords::new(host, EDGE, 1);
    assert!(records.keep("{1}", NOW));
    begin_boot(&mut records, NOW);
    assert!(next_call(&mut records, NOW).is_some());
    records.receive_answer(0, answer(400, "{}"), NOW);
    assert_eq!(
        (host.metric("records", "waiting"), host.metric("records", "lost")),
        (0, 1)
    );
    assert_eq!(next_call(&mut records, NOW), None);
}

#[test]
fn a_record_that_the_host_does_not_keep_is_lost_and_counted() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let mut records = FilterRecords::new(host, EDGE, 1);
    host.refuses_data.set(true);
    assert!(!records.keep("{1}", NOW) && !records.has_room(NOW));
    assert_eq!(
        (host.metric("records", "waiting"), host.metric("records", "lost")),
        (0, 1)
    );
    assert_eq!(host.lines.borrow().len(), 1);
    host.refuses_data.set(false);
    assert!(records.has_room(NOW));
}

#[test]
fn another_filter_delivers_the_records_of_a_filter_that_is_gone() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let mut gone = FilterRecords::new(host, EDGE, 1);
    assert!(gone.keep("{1}", NOW));
    begin_boot(&mut gone, NOW);
    let mut heir = FilterRecords::new(host, EDGE, 3);
    heir.tick(NOW.plus(10));
    assert_eq!(next_call(&mut heir, NOW.plus(10)), None);
    heir.tick(NOW.plus(15));
    assert_eq!(next_call(&mut heir, NOW.plus(15)), Some(delivery("{1}", 1)));
    // The filter was only slow. It has lost its ring, and claims another.
    assert!(gone.keep("{2}", NOW.plus(15)));
    heir.receive_answer(0, answer(200, "{}"), NOW.plus(15));
    assert_eq!(host.metric("records", "waiting"), 1);
    assert_eq!(next_call(&mut gone, NOW.plus(15)).unwrap().0, boot::PATH);
}

#[test]
fn a_filter_that_ends_leaves_its_records_at_once() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let mut ended = FilterRecords::new(host, EDGE, 1);
    assert!(ended.keep("{1}", NOW));
    begin_boot(&mut ended, NOW);
    ended.release();
    let mut heir = FilterRecords::new(host, EDGE, 3);
    heir.tick(NOW);
    assert_eq!(next_call(&mut heir, NOW), Some(delivery("{1}", 1)));
}

#[test]
fn an_answer_after_the_loss_of_a_ring_counts_nothing() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let mut slow = FilterRecords::new(host, EDGE, 1);
    assert!(slow.keep("{1}", NOW));
    begin_boot(&mut slow, NOW);
    assert!(next_call(&mut slow, NOW).is_some());
    let mut heir = FilterRecords::new(host, EDGE, 3);
    heir.tick(NOW.plus(11));
    slow.receive_answer(0, answer(200, "{}"), NOW.plus(11));
    assert_eq!(
        (host.metric("records", "waiting"), host.metric("records", "delivered")),
        (1, 0)
    );
    assert_eq!(next_call(&mut heir, NOW.plus(11)), Some(delivery("{1}", 1)));
}

#[test]
fn a_filter_does_not_rely_on_a_lease_that_its_host_did_not_renew() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let mut slow = FilterRecords::new(host, EDGE, 1);
    assert!(slow.keep("{1}", NOW));
    begin_boot(&mut slow, NOW);
    host.refuses_data.set(true);
    assert!(!slow.keep("{2}", NOW.plus(11)));
    host.refuses_data.set(false);
    let mut heir = FilterRecords::new(host, EDGE, 3);
    heir.tick(NOW.plus(11));
    assert_eq!(next_call(&mut heir, NOW.plus(11)), Some(delivery("{1}", 1)));
    assert_eq!(next_call(&mut slow, NOW.plus(11)), None, "the ring has another owner");
}

#[test]
fn a_ring_that_was_lost_and_claimed_again_has_one_delivery() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let mut ended = FilterRecords::new(host, EDGE, 1);
    assert!(ended.keep("{1}", NOW));
    begin_boot(&mut ended, NOW);
    ended.release();
    let mut slow = FilterRecords::new(host, EDGE, 3);
    slow.tick(NOW);
    assert_eq!(next_call(&mut slow, NOW), Some(delivery("{1}", 1)));
    slow.receive_answer(0, answer(200, "{}"), NOW);
    // Another filter takes the empty ring over and releases it.
    let mut other = FilterRecords::new(host, EDGE, 5);
    other.tick(NOW.plus(11));
    other.tick(NOW.plus(16));
    assert!(slow.keep("{2}", NOW.plus(16)));
    slow.tick(NOW.plus(17));
    slow.tick(NOW.plus(18));
    let (id, call) = slow.next_calls(&config(), NOW.plus(18)).pop().unwrap();
    assert_eq!(call.path, boot::PATH);
    slow.receive_answer(id, answer(201, &boot::write_answer("boot")), NOW.plus(18));
    assert_eq!(next_call(&mut slow, NOW.plus(18)), Some(delivery("{2}", 1)));
}

#[test]
fn an_answer_to_a_call_before_the_loss_of_a_ring_is_for_no_later_delivery() {
    let data = RefCell::new(SharedData::default());
    let host = &SimulatedHost::new(&data, NOW);
    let mut records = FilterRecords::new(host, EDGE, 1);
    assert!(records.keep("{1}", NOW));
    begin_boot(&mut records, NOW);
    let (before, _) = records.next_calls(&config(), NOW).pop().unwrap();
    assert!(records.keep("{2}", NOW));
    host.refuses_data.set(true);
    records.tick(NOW.plus(11));
    host.refuses_data.set(false);
    records.tick(NOW.plus(16));
    let (after, call) = records.next_calls(&config(), NOW.plus(16)).pop().unwrap();
    assert_eq!(call.body, delivery("{1},{2}", 1).1.into_bytes());
    records.receive_answer(before, answer(200, "{}"), NOW.plus(16));
    assert_eq!(host.metric("records", "delivered"), 0);
    records.receive_answer(after, answer(200, "{}"), NOW.plus(16));
    assert_eq!(host.metric("records", "delivered"), 2);
}
