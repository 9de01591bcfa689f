//! Power cuts, which lose unsynced writes.

use super::change::{assert_nothing_is_lost, find_lost};
use super::faulty_disk::FaultyDisk;
use super::kills::{STARTING, start_and_kill};
use super::load::load_until_killed;
use super::load_client::Parties;
use super::random::Random;
use crate::support::TestFolder;
use std::time::Duration;

const CUTS: usize = 6;
const FIRST_STARTS: usize = 12;
/// Longest time of load before the cut.
const LOADED: Duration = Duration::from_millis(500);

#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged() {
    assert_power_cuts_lose_nothing(&[]);
}

#[test]
fn a_power_cut_that_spares_some_of_what_was_not_synced_loses_nothing_that_was_acknowledged() {
    assert_power_cuts_lose_nothing(&["FAULTY_DISK_KEEPS_SOME"]);
}

/// Cuts the power under load, from the first start on.
fn assert_power_cuts_lose_nothing(settings: &[&str]) {
    let (mut random, place) = (Random::new(), TestFolder::new());
    let (mut disk, mut server) = FaultyDisk::serve(&place, settings);
    let parties = Parties::of(&place);
    let mut all = Vec::new();
    for cut in 0..CUTS {
        let account = load_until_killed(&parties, server, &format!("c{cut}"), random.duration_up_to(LOADED));
        assert_eq!(account.refused, 0, "cut {cut}");
        disk.cut_power();
        (disk, server) = FaultyDisk::serve(&place, settings);
        all.extend(account.changes);
        assert_nothing_is_lost(&place, &parties, &server, &all, &format!("after cut {cut}"));
    }
}

#[test]
fn a_first_start_that_a_power_cut_ends_can_be_done_again() {
    let mut random = Random::new();
    for _ in 0..FIRST_STARTS {
        let place = TestFolder::new();
        let mut command = place.serve_command();
        let disk = FaultyDisk::before(&mut command, &place, &[]);
        start_and_kill(&mut command, random.duration_up_to(STARTING));
        if place.data().exists() {
            disk.cut_power();
        }
        assert!(place.serve().stop().success());
    }
}

/// The proof that these tests can fail.
#[test]
fn without_syncs_a_power_cut_loses_everything() {
    let place = TestFolder::new();
    let server = place.serve();
    let parties = Parties::of(&place);
    server.kill();
    let (disk, server) = FaultyDisk::serve(&place, &["FAULTY_DISK_DENY_SYNC"]);
    let account = load_until_killed(&parties, server, "d", LOADED);
    disk.cut_power();
    let server = place.serve();
    assert!(account.changes.len() > 10, "{account:?}");
    assert_eq!(
        find_lost(&parties, &server, &account.changes).len(),
        account.changes.len()
    );
}
