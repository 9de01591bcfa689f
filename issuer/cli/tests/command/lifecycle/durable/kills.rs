//! Kills of the server at random moments, again and again on one data directory.

use super::change::assert_nothing_is_lost;
use super::load::load_until_killed;
use super::load_client::Parties;
use super::random::Random;
use crate::support::TestFolder;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

const KILLS: usize = 50;
/// Longest time of load before a kill.
const LOADED: Duration = Duration::from_millis(250);
/// Longest time of a start before a kill: a whole start takes about as long.
pub(crate) const STARTING: Duration = Duration::from_millis(60);

#[test]
fn fifty_kills_under_load_lose_nothing() {
    let (mut random, place) = (Random::new(), TestFolder::new());
    let mut server = place.serve();
    let parties = Parties::of(&place);
    let mut all = Vec::new();
    for kill in 0..KILLS {
        let account = load_until_killed(&parties, server, &format!("k{kill}"), random.duration_up_to(LOADED));
        assert_eq!(account.refused, 0, "kill {kill}");
        // A start is killed too, while the server recovers from the kill before.
        if random.below(3) == 0 {
            start_and_kill(&mut place.serve_command(), random.duration_up_to(STARTING));
        }
        server = place.serve();
        assert_nothing_is_lost(
            &place,
            &parties,
            &server,
            &account.changes,
            &format!("after kill {kill}"),
        );
        all.extend(account.changes);
    }
    assert_nothing_is_lost(&place, &parties, &server, &all, "after all kills");
}

/// Starts `command`, and kills it after `moment`.
pub(crate) fn start_and_kill(command: &mut Command, moment: Duration) {
    let mut child = command.spawn().unwrap();
    sleep(moment);
    child.kill().unwrap();
    child.wait().unwrap();
}
