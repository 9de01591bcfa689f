//! Raw bytes to the Worker in workerd: nothing arrives, or exactly what was decided.

use anyhow::{Result, ensure};
use edgewrit_tests::edge::HostKind;
use edgewrit_tests::vectors::{VectorBench, play_wire, wire_cases};

/// The least number of cases.
const CASES: usize = 300;

#[test]
fn what_arrives_is_what_was_decided() -> Result<()> {
    let cases = wire_cases()?;
    ensure!(
        cases.len() >= CASES,
        "{} wire cases, expected {CASES} at least",
        cases.len()
    );
    let bench = VectorBench::start()?;
    let edge = bench.edge(HostKind::Worker)?;
    play_wire(&bench, &edge, &cases)
}
