//! A disk that is full, read-only or broken: the server refuses changes, loses none, and continues
//! afterwards.

use super::change::{Change, assert_nothing_is_lost};
use super::faulty_disk::FaultyDisk;
use super::load::load_during;
use super::load_client::{LoadAnswer, LoadClient, NotAcknowledged, Parties, body_of_success, one_use_task, spend_of};
use super::random::Random;
use crate::support::{CEILING, TestFolder};
use serde_json::Value;
use std::thread::sleep;
use std::time::Duration;

const FULL: &str = "write 28";
const READ_ONLY: &str = "write 30";
/// Syncs of the write-ahead log fail. Another test lets syncs of the database fail.
const BROKEN: &str = "sync 5 -wal";

/// The time of load before a fault, and after.
const LOADED: Duration = Duration::from_millis(200);
/// Longest time that a fault that comes and goes lasts, and stays away.
const PASSING: Duration = Duration::from_millis(60);
const TIMES: usize = 30;

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    assert_fault_refuses_and_loses_nothing(FULL);
}

#[test]
fn a_disk_that_can_only_be_read_refuses_and_loses_nothing() {
    assert_fault_refuses_and_loses_nothing(READ_ONLY);
}

#[test]
fn a_disk_that_does_not_sync_refuses_and_loses_nothing() {
    assert_fault_refuses_and_loses_nothing(BROKEN);
}

fn assert_fault_refuses_and_loses_nothing(what: &str) {
    let place = TestFolder::new();
    let (disk, server) = FaultyDisk::serve(&place, &[]);
    let parties = Parties::of(&place);
    let before = load_during(&parties, &server.url, "before", || sleep(LOADED));
    let client = LoadClient::new(&parties, &server.url);
    let requests = PreparedRequests::prepare(&client);
    disk.begin_fault(what);
    for answer in [requests.send_all(&client), requests.send_all(&client)]
        .into_iter()
        .flatten()
    {
        assert_eq!(body_of_success(answer), Err(NotAcknowledged::Refused));
    }
    assert_no_client_is_added(&place);
    assert_nothing_is_lost(&place, &parties, &server, &before.changes, "meanwhile");
    disk.end_fault();
    let granted = requests
        .send_all(&client)
        .map(|answer| body_of_success(answer).unwrap());
    let mut changes = requests.changes(granted);
    changes.extend(before.changes);
    changes.extend(load_during(&parties, &server.url, "after", || sleep(LOADED)).changes);
    server.kill();
    disk.cut_power();
    assert_nothing_is_lost(&place, &parties, &place.serve(), &changes, "after a power cut");
}

fn assert_no_client_is_added(place: &TestFolder) {
    let ceiling = place.file("another.yaml", CEILING);
    let said = place.run(&["client", "add", "another", "--ceiling", &ceiling]).failed();
    assert!(said[0].contains("the issuer cannot do this now"), "{said:?}");
}

/// A request of each kind that changes state.
struct PreparedRequests {
    to_complete: Value,
    completed: Value,
    spend: Value,
}

impl PreparedRequests {
    fn prepare(client: &LoadClient<'_>) -> Self {
        let to_complete = one_use_task("to-complete");
        let [booted, first, second] = [
            client.boot(),
            client.begin(&to_complete, false),
            client.begin(&one_use_task("to-spend"), false),
        ]
        .map(|answer| body_of_success(answer).unwrap());
        Self {
            to_complete,
            completed: spend_of(&first, &booted, 1),
            spend: spend_of(&second, &booted, 2),
        }
    }

    fn send_all(&self, client: &LoadClient<'_>) -> [LoadAnswer; 5] {
        [
            client.begin(&one_use_task("prepared"), false),
            client.begin(&one_use_task("prepared-with-key"), true),
            client.complete(&self.to_complete),
            client.spend(&self.spend),
            client.boot(),
        ]
    }

    /// The changes when all requests were granted.
    fn changes(self, [_, answer, _, spent, _]: [String; 5]) -> Vec<Change> {
        vec![
            Change::Begun {
                ask: one_use_task("prepared"),
            },
            Change::BegunWithKey {
                ask: one_use_task("prepared-with-key"),
                answer,
            },
            Change::Completed { spend: self.completed },
            Change::Spent {
                spend: self.spend,
                answer: spent,
            },
        ]
    }
}

#[test]
fn faults_that_come_and_go_under_load_lose_nothing() {
    // A sync that fails just when the log is copied ends the server, which is tested apart.
    assert!(count_refusals_during_faults(&[FULL, READ_ONLY]) > 0);
}

/// Acknowledged changes are in the write-ahead log, which is whole. The server ends, because SQLite
/// would not repeat a copy that it takes for done.
#[test]
fn a_database_that_does_not_sync_ends_the_server_and_loses_nothing() {
    for round in 0..3 {
        let place = TestFolder::new();
        let (disk, server) = FaultyDisk::serve(&place, &["FAULTY_DISK_KEEPS_SOME"]);
        let parties = Parties::of(&place);
        let (mut ended, url) = (None, server.url.clone());
        let account = load_during(&parties, &url, "t", || {
            sleep(LOADED);
            disk.begin_fault("sync 5 issuer.db");
            ended = Some(server.wait_for_end());
        });
        assert!(
            !ended.unwrap().success(),
            "round {round}: it says that it could not go on"
        );
        assert!(!account.changes.is_empty());
        disk.cut_power();
        assert_nothing_is_lost(&place, &parties, &place.serve(), &account.changes, "after a power cut");
    }
}

/// Lets each fault begin and end under load. Returns how many requests were refused.
fn count_refusals_during_faults(what: &[&str]) -> usize {
    let (mut random, place) = (Random::new(), TestFolder::new());
    let (disk, server) = FaultyDisk::serve(&place, &["FAULTY_DISK_KEEPS_SOME"]);
    let parties = Parties::of(&place);
    let account = load_during(&parties, &server.url, "t", || {
        for what in what.iter().cycle().take(TIMES) {
            sleep(random.duration_up_to(PASSING));
            disk.begin_fault(what);
            sleep(random.duration_up_to(PASSING));
            disk.end_fault();
        }
    });
    assert_nothing_is_lost(&place, &parties, &server, &account.changes, "afterwards");
    let later = load_during(&parties, &server.url, "later", || sleep(LOADED));
    assert_eq!(later.refused, 0);
    server.kill();
    disk.cut_power();
    let (server, when) = (place.serve(), "after a power cut");
    assert_nothing_is_lost(&place, &parties, &server, &account.changes, when);
    assert_nothing_is_lost(&place, &parties, &server, &later.changes, when);
    account.refused
}
