//! Every host does what the pipeline cases say.

use crate::all_pipeline_cases;
use anyhow::Result;
use edgewrit_tests::edge::HostKind;
use edgewrit_tests::vectors::{OnEdge, VectorBench, play_pipeline};

fn does_what_every_case_says(kind: HostKind) -> Result<()> {
    let cases = all_pipeline_cases()?;
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
