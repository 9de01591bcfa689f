//! The pipeline, without a host, does what the vectors say.

use anyhow::{Result, ensure};
use edgewrit_tests::vectors::{Native, VectorBench, pipeline_cases, play_pipeline, wire_cases};

/// The least number of cases.
const CASES: usize = 1000;

#[test]
fn the_pipeline_alone_does_what_every_case_says() -> Result<()> {
    let cases = pipeline_cases()?;
    ensure!(
        cases.len() >= CASES,
        "{} pipeline cases, expected {CASES} at least",
        cases.len()
    );
    let bench = VectorBench::start()?;
    play_pipeline(&bench, &Native::start(&bench)?, &cases)
}

#[test]
fn every_case_is_of_its_form() -> Result<()> {
    let (pipeline, wire) = (pipeline_cases()?, wire_cases()?);
    println!("{} pipeline cases, {} wire cases", pipeline.len(), wire.len());
    Ok(())
}
