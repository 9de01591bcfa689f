//! An Envoy whose routes send what is permitted somewhere else.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::poll;
use edgewrit_tests::edge::{self, EdgeProcess, envoy::Bootstrap};
use edgewrit_tests::http::{HttpResponse, ServerReply};
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::ports;
use edgewrit_tests::scenario::{Fixture, search};
use edgewrit_tests::upstream::{Recorder, Travel};
use std::thread;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(30);
/// The time that the wrong upstream takes, so that all requests are under way together.
const SLOW: Duration = Duration::from_secs(4);

#[test]
fn no_response_of_another_cluster_reaches_the_client() -> Result<()> {
    let (issuer, api, astray) = (IssuerProcess::start()?, Travel::start()?, Recorder::start()?);
    astray.answer(ServerReply {
        delay: SLOW,
        ..Recorder::fine()
    });
    let stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
    let address = ports::free()?;
    let mut bootstrap = Bootstrap::shipped(address)?.configured(&stand.setup)?;
    bootstrap.misroute(&astray.origin())?;
    let edge = edge::start_as(&bootstrap, address, &stand.setup, 1)?;
    let writ = &stand.writ(&issuer, "trip")?;
    let ready = poll(SOON, || {
        edge.send(&search("CDG", writ))
            .ok()
            .filter(|answer| answer.status == 403)
    });
    ready.context("never ready")?;

    let together = || edge.send(&search("LHR", writ));
    let answers = thread::scope(|scope| {
        let both = [scope.spawn(together), scope.spawn(together)];
        both.map(thread::ScopedJoinHandle::join)
    });
    for answer in answers {
        let answer = answer.ok().context("a thread ended")??;
        is_refused(&edge, &answer)?;
    }
    assert_eq!(astray.take().len(), 2, "what was under way together");

    is_refused(&edge, &edge.send(&search("LHR", writ))?)?;
    assert_eq!(astray.take().len(), 0, "nothing is sent any more");
    ensure!(api.server().take().is_empty(), "nothing was sent to the API");
    Ok(())
}

fn is_refused(edge: &EdgeProcess, answer: &HttpResponse) -> Result<()> {
    let label = edge.label(answer);
    ensure!(
        answer.status == 503 && label.as_deref() == Some("host_upstream"),
        "{} {label:?}: {}",
        answer.status,
        answer.json()
    );
    Ok(())
}
