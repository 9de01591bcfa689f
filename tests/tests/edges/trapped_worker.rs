//! A Worker that crashed answers the requests that it had all the same, and serves the next one
//! with a fresh instance.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::poll;
use edgewrit_tests::edge;
use edgewrit_tests::http::ServerReply;
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{Fixture, search};
use edgewrit_tests::upstream::{Recorder, Travel};
use std::thread;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(30);
/// The time that the API takes, so that two requests are under way together.
const SLOW: Duration = Duration::from_secs(1);

#[test]
fn crashes_are_answered_and_the_next_request_is_judged() -> Result<()> {
    let (issuer, api) = (IssuerProcess::start()?, Recorder::start()?);
    api.answer(ServerReply {
        delay: SLOW,
        ..Recorder::fine()
    });
    let stand = Fixture::prepare(&issuer, "travel", &api.origin(), Travel::KEY)?;
    let edge = edge::start_trapping_worker(&stand.setup)?;
    let writ = &stand.writ(&issuer, "trip")?;
    for _ in 0..3 {
        let judged = poll(SOON, || {
            edge.send(&search("CDG", writ))
                .ok()
                .filter(|answer| answer.status == 403)
        });
        judged.with_context(|| format!("nothing is judged; it said:\n{}", edge.log().tail(30)))?;
        let permitted = || edge.send(&search("LHR", writ));
        let answers = thread::scope(|scope| {
            let both = [scope.spawn(permitted), scope.spawn(permitted)];
            both.map(thread::ScopedJoinHandle::join)
        });
        for answer in answers {
            let crashed = answer.ok().context("a thread ended")??;
            ensure!(crashed.status == 500, "{}: {}", crashed.status, crashed.json());
            let caching = crashed.header("cache-control");
            assert_eq!(caching, Some("no-store"), "what the Worker says of itself");
        }
        assert_eq!(api.take().len(), 2, "they crashed on their responses");
    }
    // Of two at once one crashed, and the other did not go on with what the first had left.
    let said = |words: &str| edge.log().at_least(3, SOON, |line| line.contains(words)).len();
    let (crashed, stale) = (said("RuntimeError: unreachable"), said("stale object"));
    ensure!(
        (crashed, stale) == (3, 3),
        "{crashed} crashed, {stale} noticed:\n{}",
        edge.log().tail(usize::MAX)
    );
    Ok(())
}
