//! Redirects are never followed: neither the request nor the API's credential goes where an
//! upstream points.

use anyhow::{Context as _, Result};
use edgewrit_tests::edge::HostKind;
use edgewrit_tests::http::ServerReply;
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{Fixture, booking, search};
use edgewrit_tests::upstream::{Recorder, Travel};
use serde_json::json;

#[test]
fn a_redirect_reaches_the_client_and_no_other_server() -> Result<()> {
    let (issuer, upstream, evil) = (IssuerProcess::start()?, Recorder::start()?, Recorder::start()?);
    let mut stand = Fixture::prepare(&issuer, "travel", &upstream.origin(), Travel::KEY)?;
    // Fetch drops `authorization` on the way to another host by itself, and keeps what an API calls
    // its key.
    let credential = json!({"set": {"x-api-key": "${secret:API_KEY}"}});
    let place = stand.setup.document.pointer_mut("/upstreams/travel/credential");
    *place.context("the upstream has no credential")? = credential;
    stand.start_edges(&issuer, &HostKind::ALL)?;
    for edge in &stand.edges {
        let kind = edge.kind();
        for (index, status) in [301, 302, 303, 307, 308].into_iter().enumerate() {
            upstream.answer(redirect(status, &evil.origin()));
            let writ = &stand.writ(&issuer, &format!("trip-{kind}-{index}"))?;
            for request in [search("LHR", writ), booking("X", 1, writ)] {
                let answer = edge.send(&request)?;
                assert_eq!(answer.status, status, "{kind}: {}", answer.json());
            }
            assert_eq!(upstream.take().len(), 2, "{kind}, {status}: at the upstream");
            assert_eq!(evil.take().len(), 0, "{kind}, {status}: where it points");
        }
    }
    Ok(())
}

fn redirect(status: u16, to: &str) -> ServerReply {
    let mut reply = ServerReply::json(status, &json!({"moved": true}));
    reply
        .headers
        .push(("location".into(), format!("{to}/collect").into_bytes()));
    reply
}
