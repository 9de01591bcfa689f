//! A ring with one owner at a time.

use crate::records::ring::{RINGS, RecordRing};
use crate::simulated::{SharedData, SimulatedHost};
use edgewrit_shared::time::UnixSeconds;
use std::cell::RefCell;

const EDGE: u64 = 9;
const NOW: UnixSeconds = UnixSeconds(1_000);

fn with_host(test: impl FnOnce(&SimulatedHost<'_>)) {
    let data = RefCell::new(SharedData::default());
    test(&SimulatedHost::new(&data, NOW));
}

#[test]
fn records_are_delivered_in_their_order_and_leave_the_ring_empty() {
    with_host(|host| {
        let mut ring = RecordRing::claim(host, EDGE, 1, NOW).unwrap().unwrap();
        for line in ["{1}", "{2}", "{3}"] {
            assert!(ring.add(line).unwrap());
        }
        let load = ring.next_load().unwrap().unwrap();
        assert_eq!(
            load.batch.body("boot"),
            r#"{"boot_id":"boot","first":1,"records":[{1},{2},{3}]}"#
        );
        assert!(!ring.is_empty());
        assert!(ring.drop_load(&load).unwrap());
        assert!(ring.is_empty() && ring.next_load().unwrap().is_none());
    });
}

#[test]
fn a_record_after_a_load_waits_for_the_next_load() {
    with_host(|host| {
        let mut ring = RecordRing::claim(host, EDGE, 1, NOW).unwrap().unwrap();
        assert!(ring.add("{1}").unwrap());
        let load = ring.next_load().unwrap().unwrap();
        assert!(ring.add("{2}").unwrap());
        assert!(ring.drop_load(&load).unwrap());
        let load = ring.next_load().unwrap().unwrap();
        assert_eq!(
            load.batch.body("boot"),
            r#"{"boot_id":"boot","first":2,"records":[{2}]}"#
        );
    });
}

#[test]
fn each_owner_claims_a_ring_of_its_own_until_there_is_none() {
    with_host(|host| {
        for owner in 1..=u64::from(RINGS) {
            let ring = RecordRing::claim(host, EDGE, owner, NOW).unwrap().unwrap();
            assert_eq!(u64::from(ring.number()) + 1, owner);
        }
        assert!(RecordRing::claim(host, EDGE, 1_000, NOW).unwrap().is_none());
    });
}

#[test]
fn a_released_empty_ring_is_claimed_again_and_continues_its_slots() {
    with_host(|host| {
        let mut ring = RecordRing::claim(host, EDGE, 1, NOW).unwrap().unwrap();
        assert!(ring.add("{1}").unwrap());
        let load = ring.next_load().unwrap().unwrap();
        assert!(ring.set_boot_id(Some("boot".to_owned())).unwrap() && ring.drop_load(&load).unwrap());
        ring.release().unwrap();
        assert!(
            RecordRing::take_orphans(host, EDGE, 2, NOW.plus(100))
                .unwrap()
                .is_empty()
        );
        let ring = RecordRing::claim(host, EDGE, 2, NOW).unwrap().unwrap();
        assert_eq!((ring.number(), ring.boot_id(), ring.is_empty()), (0, None, true));
    });
}

#[test]
fn a_ring_that_is_released_with_records_is_taken_over_at_once() {
    with_host(|host| {
        let mut ring = RecordRing::claim(host, EDGE, 1, NOW).unwrap().unwrap();
        assert!(ring.add("{1}").unwrap() && ring.set_boot_id(Some("boot".to_owned())).unwrap());
        ring.release().unwrap();
        let mut orphans = RecordRing::take_orphans(host, EDGE, 2, NOW).unwrap();
        let orphan = orphans.first_mut().unwrap();
        assert_eq!(orphan.boot_id(), Some("boot"));
        let load = orphan.next_load().unwrap().unwrap();
        assert_eq!(
            load.batch.body("boot"),
            r#"{"boot_id":"boot","first":1,"records":[{1}]}"#
        );
    });
}

#[test]
fn an_owner_that_lost_its_ring_can_change_nothing() {
    with_host(|host| {
        let mut ring = RecordRing::claim(host, EDGE, 1, NOW).unwrap().unwrap();
        assert!(ring.add("{1}").unwrap());
        assert!(
            RecordRing::take_orphans(host, EDGE, 2, NOW.plus(10))
                .unwrap()
                .is_empty()
        );
        assert_eq!(RecordRing::take_orphans(host, EDGE, 2, NOW.plus(11)).unwrap().len(), 1);
        let load = ring.next_load().unwrap().unwrap();
        assert!(!ring.renew(NOW.plus(11)).unwrap());
        assert!(!ring.drop_load(&load).unwrap());
        assert!(!ring.set_boot_id(Some("other".to_owned())).unwrap());
        ring.release().unwrap();
        assert!(
            RecordRing::take_orphans(host, EDGE, 3, NOW.plus(21))
                .unwrap()
                .is_empty()
        );
    });
}

#[test]
fn a_record_that_the_host_did_not_keep_leaves_nothing() {
    with_host(|host| {
        let mut ring = RecordRing::claim(host, EDGE, 1, NOW).unwrap().unwrap();
        host.refuses_data.set(true);
        assert!(ring.add("{lost}").is_err());
        host.refuses_data.set(false);
        assert!(ring.add("{1}").unwrap());
        let load = ring.next_load().unwrap().unwrap();
        assert_eq!(
            load.batch.body("boot"),
            r#"{"boot_id":"boot","first":1,"records":[{1}]}"#
        );
    });
}

#[test]
fn edges_do_not_share_rings() {
    with_host(|host| {
        for edge in [1, 2] {
            let ring = RecordRing::claim(host, edge, 1, NOW).unwrap().unwrap();
            assert_eq!(ring.number(), 0);
        }
        assert!(RecordRing::take_orphans(host, 3, 7, NOW.plus(11)).unwrap().is_empty());
    });
}
