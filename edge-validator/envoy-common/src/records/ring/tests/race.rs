//! Two owners that race for one ring, in every interleaving of their calls to the host.

use super::replay::{ReplayHost, SharedWorld, interleave};
use crate::host::HostFailure;
use crate::records::ring::RecordRing;
use crate::simulated::{SharedData, SimulatedHost};
use edgewrit_shared::time::UnixSeconds;
use std::cell::RefCell;
use std::collections::BTreeSet;

const EDGE: u64 = 9;
const START: UnixSeconds = UnixSeconds(1_000);
/// The time at which the lease of a ring of [`START`] has ended.
const ENDED: UnixSeconds = UnixSeconds(1_011);

/// A world in which owner 1 has a ring with these records since [`START`], and the ring.
fn begin(lines: &[&str]) -> (SharedWorld, RingParts) {
    let data = RefCell::new(SharedData::default());
    let host = SimulatedHost::new(&data, START);
    let mut ring = RecordRing::claim(&host, EDGE, 1, START).unwrap().unwrap();
    assert!(ring.set_boot_id(Some("boot".to_owned())).unwrap());
    for line in lines {
        assert!(ring.add(line).unwrap());
    }
    let parts = RingParts(ring.header.clone(), ring.writer.clone());
    let world = SharedWorld {
        data: data.into_inner(),
        posts: Vec::new(),
    };
    (world, parts)
}

/// A ring without its host.
struct RingParts(super::super::RingHeader, super::super::SlotWriter);

impl RingParts {
    fn ring<'h, 'w>(&self, host: &'h ReplayHost<'w>) -> RecordRing<&'h ReplayHost<'w>> {
        RecordRing {
            shared: super::super::SharedRing {
                host,
                edge: EDGE,
                ring: 0,
            },
            owner: 1,
            header: self.0.clone(),
            writer: self.1.clone(),
        }
    }
}

/// Delivers all records of a ring, as a filter does after each answer of the issuer. Returns the
/// number of records that this owner has removed as delivered.
fn deliver(host: &ReplayHost<'_>, ring: &mut RecordRing<&ReplayHost<'_>>) -> Result<u64, HostFailure> {
    let mut removed = 0;
    while let Some(load) = ring.next_load()? {
        host.post(&load.batch.body(ring.boot_id().unwrap_or("none")))?;
        if !ring.drop_load(&load)? {
            break;
        }
        removed += load.batch.count();
    }
    Ok(removed)
}

/// Acts of an owner: the records that it kept, and the number of records that it removed.
type Acts = (Vec<String>, u64);

fn take_over(host: &ReplayHost<'_>, owner: u64, now: UnixSeconds) -> Result<Acts, HostFailure> {
    let mut removed = 0;
    for mut ring in RecordRing::take_orphans(host, EDGE, owner, now)? {
        removed += deliver(host, &mut ring)?;
    }
    Ok((Vec::new(), removed))
}

/// The records that the issuer got, or that the rings still have: a later owner finds them.
fn find_records(world: &SharedWorld) -> BTreeSet<String> {
    let data = RefCell::new(world.data.clone());
    let host = SimulatedHost::new(&data, UnixSeconds(9_000));
    let mut bodies: Vec<String> = world.posts.iter().map(|(_, body)| body.clone()).collect();
    for mut ring in RecordRing::take_orphans(&host, EDGE, 77, UnixSeconds(9_000)).unwrap() {
        while let Some(load) = ring.next_load().unwrap() {
            bodies.push(load.batch.body("later"));
            assert!(ring.drop_load(&load).unwrap());
        }
    }
    let records = bodies
        .iter()
        .map(|body| body.split_once("[").unwrap().1.trim_end_matches("]}"));
    records.flat_map(|lines| lines.split(',')).map(str::to_owned).collect()
}

fn senders(world: &SharedWorld) -> BTreeSet<usize> {
    world.posts.iter().map(|(program, _)| *program).collect()
}

#[test]
fn of_an_owner_that_wakes_and_its_successor_one_delivers() {
    let (world, parts) = begin(&["{a}", "{b}"]);
    let owner = |host: &ReplayHost<'_>| -> Result<Acts, HostFailure> {
        let mut ring = parts.ring(host);
        match ring.renew(ENDED)? {
            true => Ok((Vec::new(), deliver(host, &mut ring)?)),
            false => Ok((Vec::new(), 0)),
        }
    };
    let successor = |host: &ReplayHost<'_>| take_over(host, 2, ENDED);
    let mut winners = BTreeSet::new();
    let count = interleave(&world, [&owner, &successor], &mut |world, [own, other]| {
        assert_eq!(own.1 + other.1, 2, "each record is removed once");
        assert_eq!(senders(world).len(), 1, "one owner delivers in one lease");
        assert_eq!(world.posts.len(), 1);
        winners.extend(senders(world));
    });
    assert_eq!(winners.len(), 2, "each owner wins in some interleaving");
    assert!(count > 20, "{count}");
}

#[test]
fn of_two_successors_one_takes_the_ring_over() {
    let (world, _) = begin(&["{a}", "{b}", "{c}"]);
    let one = |host: &ReplayHost<'_>| take_over(host, 2, ENDED);
    let other = |host: &ReplayHost<'_>| take_over(host, 3, ENDED);
    let count = interleave(&world, [&one, &other], &mut |world, [own, other]| {
        assert_eq!(own.1 + other.1, 3);
        assert_eq!(world.posts.len(), 1, "one owner delivers in one lease");
    });
    assert!(count > 20, "{count}");
}

#[test]
fn a_record_that_is_kept_during_a_takeover_is_delivered() {
    let (world, parts) = begin(&["{a}"]);
    let owner = |host: &ReplayHost<'_>| -> Result<Acts, HostFailure> {
        let mut ring = parts.ring(host);
        // As a filter does before each record whose ring has an old lease.
        let is_own = !ring.is_old(ENDED) || ring.renew(ENDED)?;
        let kept = is_own && ring.add("{new}")?;
        Ok((kept.then(|| "{new}".to_owned()).into_iter().collect(), 0))
    };
    let successor = |host: &ReplayHost<'_>| take_over(host, 2, ENDED);
    interleave(&world, [&owner, &successor], &mut |world, [(kept, _), _]| {
        let found = find_records(world);
        assert!(found.contains("{a}"));
        assert!(kept.iter().all(|line| found.contains(line)), "{kept:?} {found:?}");
    });
}

#[test]
fn a_slow_delivery_over_the_end_of_its_lease_loses_nothing() {
    let (world, parts) = begin(&["{a}", "{b}"]);
    // The answer of the issuer arrives after the end of the lease.
    let owner = |host: &ReplayHost<'_>| -> Result<Acts, HostFailure> {
        Ok((Vec::new(), deliver(host, &mut parts.ring(host))?))
    };
    let successor = |host: &ReplayHost<'_>| take_over(host, 2, ENDED);
    interleave(&world, [&owner, &successor], &mut |world, [own, other]| {
        assert_eq!(own.1 + other.1, 2, "each record is removed once");
        assert_eq!(
            find_records(world),
            BTreeSet::from(["{a}".to_owned(), "{b}".to_owned()])
        );
        // Boot id and number are the same in both leases, so the issuer counts each record once.
        for (_, body) in &world.posts {
            assert_eq!(body, r#"{"boot_id":"boot","first":1,"records":[{a},{b}]}"#);
        }
    });
}

#[test]
fn two_owners_claim_two_rings() {
    let claim = |owner: u64| {
        move |host: &ReplayHost<'_>| -> Result<Acts, HostFailure> {
            let mut ring = RecordRing::claim(host, EDGE, owner, START)?.unwrap();
            let line = format!("{{{owner}}}");
            assert!(ring.add(&line)?);
            Ok((vec![line], u64::from(ring.number())))
        }
    };
    let (one, other) = (claim(1), claim(2));
    let world = SharedWorld::default();
    interleave(&world, [&one, &other], &mut |world, [own, other]| {
        assert_ne!(own.1, other.1);
        assert_eq!(find_records(world).len(), 2);
    });
}

#[test]
fn a_ring_that_is_released_during_a_search_keeps_its_records() {
    for lines in [&["{a}"][..], &[]] {
        let (world, parts) = begin(lines);
        let owner = |host: &ReplayHost<'_>| -> Result<Acts, HostFailure> {
            parts.ring(host).release()?;
            Ok((Vec::new(), 0))
        };
        let successor = |host: &ReplayHost<'_>| -> Result<Acts, HostFailure> {
            let mut acts = take_over(host, 2, START)?;
            let mut ring = RecordRing::claim(host, EDGE, 2, START)?.unwrap();
            assert!(ring.add("{new}")?);
            acts.0.push("{new}".to_owned());
            Ok(acts)
        };
        interleave(&world, [&owner, &successor], &mut |world, _| {
            let found = find_records(world);
            assert!(lines.iter().all(|line| found.contains(*line)) && found.contains("{new}"));
            assert_eq!(found.len(), lines.len() + 1);
        });
    }
}
