//! The filter in Envoy does what the vectors say.

use anyhow::{Result, ensure};
use edgewrit_tests::edge::HostKind;
use edgewrit_tests::vectors::{OnEdge, VectorBench, pipeline_cases, play_pipeline};

/// The least number of cases.
const CASES: usize = 1000;

#[test]
fn the_filter_does_what_every_case_says() -> Result<()> {
    let cases = pipeline_cases()?;
    ensure!(
        cases.len() >= CASES,
        "{} pipeline cases, expected {CASES} at least",
        cases.len()
    );
    let bench = VectorBench::start()?;
    let edge = bench.edge(HostKind::Envoy)?;
    play_pipeline(&bench, &OnEdge::new(&bench, &edge), &cases)
}
