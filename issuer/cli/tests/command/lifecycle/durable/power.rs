//! Power cuts: what was not synced is gone.

use super::deed::{all_is_there, forgotten};
use super::disk::Disk;
use super::kills::{STARTING, cut_short};
use super::load::until_killed;
use super::random::Random;
use super::side::Cast;
use crate::support::Place;
use std::time::Duration;

const CUTS: usize = 6;
const FIRST_STARTS: usize = 12;
/// How long the server is under load before the cut, at most.
const LOADED: Duration = Duration::from_millis(500);

#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged() {
    cuts(&[]);
}

#[test]
fn a_power_cut_that_spares_some_of_what_was_not_synced_loses_nothing_that_was_acknowledged() {
    cuts(&["FORGETFUL_PARTLY"]);
}

/// From the very first start on.
fn cuts(settings: &[&str]) {
    let (mut random, place) = (Random::new(), Place::new());
    let (mut disk, mut server) = Disk::serve(&place, settings);
    let cast = Cast::of(&place);
    let mut all = Vec::new();
    for cut in 0..CUTS {
        let account = until_killed(&cast, server, &format!("c{cut}"), random.within(LOADED));
        assert_eq!(account.refused, 0, "cut {cut}");
        disk.cut_power();
        (disk, server) = Disk::serve(&place, settings);
        all.extend(account.deeds);
        all_is_there(&place, &cast, &server, &all, &format!("after cut {cut}"));
    }
}

#[test]
fn a_first_start_that_a_power_cut_ends_can_be_done_again() {
    let mut random = Random::new();
    for _ in 0..FIRST_STARTS {
        let place = Place::new();
        let mut command = place.serving();
        let disk = Disk::before(&mut command, &place, &[]);
        cut_short(&mut command, random.within(STARTING));
        if place.data().exists() {
            disk.cut_power();
        }
        assert!(place.serve().stop().success());
    }
}

/// The proof that these tests can fail.
#[test]
fn without_syncs_a_power_cut_loses_everything() {
    let place = Place::new();
    let server = place.serve();
    let cast = Cast::of(&place);
    server.kill();
    let (disk, server) = Disk::serve(&place, &["FORGETFUL_DENY_SYNC"]);
    let account = until_killed(&cast, server, "d", LOADED);
    disk.cut_power();
    let server = place.serve();
    assert!(account.deeds.len() > 10, "{account:?}");
    assert_eq!(forgotten(&cast, &server, &account.deeds).len(), account.deeds.len());
}
