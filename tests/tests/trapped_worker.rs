//! A Worker that crashed answers the request all the same, and serves the next one with a fresh instance.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::poll;
use edgewrit_tests::edge;
use edgewrit_tests::issuer::Issuer;
use edgewrit_tests::story::{Stand, search};
use edgewrit_tests::upstream::Travel;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(30);

#[test]
fn a_crash_is_answered_and_the_next_request_is_judged() -> Result<()> {
    let (issuer, api) = (Issuer::start()?, Travel::start()?);
    let stand = Stand::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
    let edge = edge::start_trapping_worker(&stand.setup)?;
    let writs = stand.writs(&issuer, "trip", 1)?;
    let writ = writs.first().context("no writ")?;
    for _ in 0..3 {
        let judged = poll(SOON, || {
            edge.send(&search("CDG", writ))
                .ok()
                .filter(|answer| answer.status == 403)
        });
        judged.with_context(|| format!("nothing is judged; it said:\n{}", edge.log().tail(30)))?;
        let crashed = edge.send(&search("LHR", writ))?;
        ensure!(crashed.status == 500, "{}: {}", crashed.status, crashed.json());
        assert_eq!(
            crashed.header("cache-control"),
            Some("no-store"),
            "what the Worker says of itself"
        );
        assert_eq!(api.server().take().len(), 1, "it crashed on the response");
    }
    Ok(())
}
