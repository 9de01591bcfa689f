//! Every host answers every case of `tests/vectors` alike.

use anyhow::{Result, ensure};
use edgewrit_tests::vectors::{PipelineCase, pipeline_cases};

mod hosts;
mod native;
mod rehearsal;
mod wire;

/// The least number of pipeline cases.
const CASES: usize = 1000;

/// All pipeline cases, if there are as many as expected.
fn all_pipeline_cases() -> Result<Vec<PipelineCase>> {
    let cases = pipeline_cases()?;
    ensure!(
        cases.len() >= CASES,
        "{} pipeline cases, expected {CASES} at least",
        cases.len()
    );
    Ok(cases)
}
