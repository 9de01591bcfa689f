//! Raw bytes to every host: nothing arrives, or exactly what was decided.

use anyhow::{Result, ensure};
use edgewrit_tests::edge::HostKind;
use edgewrit_tests::vectors::{VectorBench, play_wire, wire_cases};

/// The least number of cases.
const CASES: usize = 300;

/// The cases that the proxy does not play, because its HTTP/1 takes the request.
const OPEN_IN_PROXY: [&str; 3] = [
    "wire-http-1-0-is-refused-or-judged",
    "wire-a-fragment-is-refused",
    "wire-a-fragment-in-the-query-does-not-hide-a-name",
];

fn what_arrives_is_what_was_decided(kind: HostKind) -> Result<()> {
    let mut cases = wire_cases()?;
    cases.retain(|case| kind != HostKind::Proxy || !OPEN_IN_PROXY.contains(&case.name.as_str()));
    ensure!(
        cases.len() >= CASES,
        "{} wire cases, expected {CASES} at least",
        cases.len()
    );
    let bench = VectorBench::start()?;
    let edge = bench.edge(kind)?;
    play_wire(&bench, &edge, &cases)
}

#[test]
fn what_arrives_from_envoy_is_what_was_decided() -> Result<()> {
    what_arrives_is_what_was_decided(HostKind::Envoy)
}

#[test]
fn what_arrives_from_a_worker_is_what_was_decided() -> Result<()> {
    what_arrives_is_what_was_decided(HostKind::Worker)
}

#[test]
fn what_arrives_from_the_proxy_is_what_was_decided() -> Result<()> {
    what_arrives_is_what_was_decided(HostKind::Proxy)
}
