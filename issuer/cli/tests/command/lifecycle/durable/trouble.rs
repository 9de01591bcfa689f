//! A disk that is full, that can only be read, that fails: it is said, nothing is lost, and when it is over the server goes on.

use super::deed::{Deed, all_is_there};
use super::disk::Disk;
use super::load::under_load;
use super::random::Random;
use super::side::{Answer, Cast, Not, Side, acknowledged, ask, spend};
use crate::support::{CEILING, Place};
use serde_json::Value;
use std::thread::sleep;
use std::time::Duration;

const FULL: &str = "write 28";
const READ_ONLY: &str = "write 30";
/// Of the log. Of the database it is tested apart.
const BROKEN: &str = "sync 5 -wal";

/// How long the server is under load before the trouble begins, and after.
const LOADED: Duration = Duration::from_millis(200);
/// How long trouble lasts and stays away when it comes and goes, at most.
const PASSING: Duration = Duration::from_millis(60);
const TIMES: usize = 30;

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    refuses(FULL);
}

#[test]
fn a_disk_that_can_only_be_read_refuses_and_loses_nothing() {
    refuses(READ_ONLY);
}

#[test]
fn a_disk_that_does_not_sync_refuses_and_loses_nothing() {
    refuses(BROKEN);
}

fn refuses(what: &str) {
    let place = Place::new();
    let (disk, server) = Disk::serve(&place, &[]);
    let cast = Cast::of(&place);
    let before = under_load(&cast, &server.url, "before", || sleep(LOADED));
    let side = Side::new(&cast, &server.url);
    let wishes = Wishes::prepare(&side);
    disk.begin_trouble(what);
    for answer in [wishes.ask(&side), wishes.ask(&side)].into_iter().flatten() {
        assert_eq!(acknowledged(answer), Err(Not::Refused));
    }
    no_client_is_added(&place);
    all_is_there(&place, &cast, &server, &before.deeds, "meanwhile");
    disk.end_trouble();
    let granted = wishes.ask(&side).map(|answer| acknowledged(answer).unwrap());
    let mut deeds = wishes.deeds(granted);
    deeds.extend(before.deeds);
    deeds.extend(under_load(&cast, &server.url, "after", || sleep(LOADED)).deeds);
    server.kill();
    disk.cut_power();
    all_is_there(&place, &cast, &place.serve(), &deeds, "after a power cut");
}

fn no_client_is_added(place: &Place) {
    let ceiling = place.file("another.yaml", CEILING);
    let said = place.run(&["client", "add", "another", "--ceiling", &ceiling]).failed();
    assert!(said[0].contains("the issuer cannot do this now"), "{said:?}");
}

/// A request of each kind that changes something.
struct Wishes {
    to_complete: Value,
    completed: Value,
    spend: Value,
}

impl Wishes {
    fn prepare(side: &Side<'_>) -> Self {
        let to_complete = ask("to-complete");
        let [booted, first, second] = [
            side.boot(),
            side.begin(&to_complete, false),
            side.begin(&ask("to-spend"), false),
        ]
        .map(|answer| acknowledged(answer).unwrap());
        Self {
            to_complete,
            completed: spend(&first, &booted, 1),
            spend: spend(&second, &booted, 2),
        }
    }

    fn ask(&self, side: &Side<'_>) -> [Answer; 5] {
        [
            side.begin(&ask("wish"), false),
            side.begin(&ask("wish-with-key"), true),
            side.complete(&self.to_complete),
            side.spend(&self.spend),
            side.boot(),
        ]
    }

    /// What was done when all was granted.
    fn deeds(self, [_, answer, _, spent, _]: [String; 5]) -> Vec<Deed> {
        vec![
            Deed::Begun { ask: ask("wish") },
            Deed::BegunWithKey {
                ask: ask("wish-with-key"),
                answer,
            },
            Deed::Completed { spend: self.completed },
            Deed::Spent {
                spend: self.spend,
                answer: spent,
            },
        ]
    }
}

#[test]
fn trouble_that_comes_and_goes_under_load_loses_nothing() {
    // A sync that fails just when the log is copied ends the server, which is tested apart.
    assert!(comes_and_goes(&[FULL, READ_ONLY]) > 0);
}

/// What was acknowledged is in the log, which is whole. The server ends, because SQLite would not copy again what it holds to be copied.
#[test]
fn a_database_that_does_not_sync_ends_the_server_and_loses_nothing() {
    for round in 0..3 {
        let place = Place::new();
        let (disk, server) = Disk::serve(&place, &["FORGETFUL_PARTLY"]);
        let cast = Cast::of(&place);
        let (mut ended, url) = (None, server.url.clone());
        let account = under_load(&cast, &url, "t", || {
            sleep(LOADED);
            disk.begin_trouble("sync 5 issuer.db");
            ended = Some(server.ended());
        });
        assert!(
            !ended.unwrap().success(),
            "round {round}: it says that it could not go on"
        );
        assert!(!account.deeds.is_empty());
        disk.cut_power();
        all_is_there(&place, &cast, &place.serve(), &account.deeds, "after a power cut");
    }
}

/// Each trouble begins and ends in the middle of whatever the server does. Answers how many requests were refused.
fn comes_and_goes(what: &[&str]) -> usize {
    let (mut random, place) = (Random::new(), Place::new());
    let (disk, server) = Disk::serve(&place, &["FORGETFUL_PARTLY"]);
    let cast = Cast::of(&place);
    let account = under_load(&cast, &server.url, "t", || {
        for what in what.iter().cycle().take(TIMES) {
            sleep(random.within(PASSING));
            disk.begin_trouble(what);
            sleep(random.within(PASSING));
            disk.end_trouble();
        }
    });
    all_is_there(&place, &cast, &server, &account.deeds, "afterwards");
    let later = under_load(&cast, &server.url, "later", || sleep(LOADED));
    assert_eq!(later.refused, 0);
    server.kill();
    disk.cut_power();
    let (server, when) = (place.serve(), "after a power cut");
    all_is_there(&place, &cast, &server, &account.deeds, when);
    all_is_there(&place, &cast, &server, &later.deeds, when);
    account.refused
}
