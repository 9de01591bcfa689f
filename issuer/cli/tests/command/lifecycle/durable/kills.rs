//! Killed at moments that nobody chose, again and again on one data folder.

use super::deed::all_is_there;
use super::load::until_killed;
use super::random::Random;
use super::side::Cast;
use crate::support::Place;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

const KILLS: usize = 50;
/// How long the server is under load before it is killed, at most.
const LOADED: Duration = Duration::from_millis(250);
/// How long a start may take before it is cut short, at most: it takes about as long.
pub(crate) const STARTING: Duration = Duration::from_millis(60);

#[test]
fn fifty_kills_under_load_lose_nothing() {
    let (mut random, place) = (Random::new(), Place::new());
    let mut server = place.serve();
    let cast = Cast::of(&place);
    let mut all = Vec::new();
    for kill in 0..KILLS {
        let account = until_killed(&cast, server, &format!("k{kill}"), random.within(LOADED));
        assert_eq!(account.refused, 0, "kill {kill}");
        // A start can be what is killed: while what a kill left is put in order.
        if random.below(3) == 0 {
            cut_short(&mut place.serving(), random.within(STARTING));
        }
        server = place.serve();
        all_is_there(&place, &cast, &server, &account.deeds, &format!("after kill {kill}"));
        all.extend(account.deeds);
    }
    all_is_there(&place, &cast, &server, &all, "after all kills");
}

/// Kills what `command` starts at that `moment`.
pub(crate) fn cut_short(command: &mut Command, moment: Duration) {
    let mut child = command.spawn().unwrap();
    sleep(moment);
    child.kill().unwrap();
    child.wait().unwrap();
}
