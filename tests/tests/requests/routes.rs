//! Routes of Envoy that act without the filter.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::edge::{self, envoy::Bootstrap};
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::ports;
use edgewrit_tests::scenario::{Fixture, search};
use edgewrit_tests::upstream::{Recorder, Travel};

#[test]
fn where_a_route_passes_the_filter_by_no_client_names_the_cluster() -> Result<()> {
    let (issuer, api) = (IssuerProcess::start()?, Recorder::start()?);
    let stand = Fixture::prepare(&issuer, "travel", &api.origin(), Travel::KEY)?;
    let address = ports::free()?;
    let mut bootstrap = Bootstrap::shipped(address)?.configured(&stand.setup)?;
    bootstrap.disable_filter()?;
    let edge = edge::start_as(&bootstrap, address, &stand.setup, 1)?;
    let upstreams = stand
        .setup
        .document
        .pointer("/upstreams")
        .and_then(|upstreams| upstreams.as_object());
    let names = upstreams.context("no upstreams")?.keys().map(String::as_str);
    for name in names.chain(["edgewrit_issuer"]) {
        for header in ["x-edgewrit-cluster", "X-Edgewrit-Cluster"] {
            let answer = edge.send(&search("LHR", "none").header(header, name).header(header, name))?;
            ensure!(answer.status == 503, "{name}: {} {}", answer.status, answer.json());
        }
    }
    ensure!(api.take().is_empty(), "a request arrived that the filter did not judge");
    Ok(())
}
