//! Raw bytes to every host: nothing arrives, or exactly what was decided.

use anyhow::{Result, ensure};
use edgewrit_tests::edge::HostKind;
use edgewrit_tests::vectors::{VectorBench, play_wire, wire_cases};

/// The least number of cases.
const CASES: usize = 300;

fn what_arrives_is_what_was_decided(kind: HostKind) -> Result<()> {
    let cases = wire_cases()?;
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
