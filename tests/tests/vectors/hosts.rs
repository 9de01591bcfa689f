//! Every host does what the pipeline cases say.

use anyhow::{Result, ensure};
use edgewrit_tests::edge::HostKind;
use edgewrit_tests::vectors::{OnEdge, VectorBench, pipeline_cases, play_pipeline};

/// The least number of cases.
const CASES: usize = 1000;

fn does_what_every_case_says(kind: HostKind) -> Result<()> {
    let cases = pipeline_cases()?;
    ensure!(
        cases.len() >= CASES,
        "{} pipeline cases, expected {CASES} at least",
        cases.len()
    );
    let bench = VectorBench::start()?;
    let edge = bench.edge(kind)?;
    play_pipeline(&bench, &OnEdge::new(&bench, &edge), &cases)
}

#[test]
fn the_filter_does_what_every_case_says() -> Result<()> {
    does_what_every_case_says(HostKind::Envoy)
}

#[test]
fn the_worker_does_what_every_case_says() -> Result<()> {
    does_what_every_case_says(HostKind::Worker)
}

#[test]
fn the_proxy_does_what_every_case_says() -> Result<()> {
    does_what_every_case_says(HostKind::Proxy)
}
