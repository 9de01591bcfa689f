//! The pipeline, without a host, does what the vectors say.

use crate::all_pipeline_cases;
use anyhow::Result;
use edgewrit_tests::vectors::{Native, VectorBench, pipeline_cases, play_pipeline, wire_cases};

#[test]
fn the_pipeline_alone_does_what_every_case_says() -> Result<()> {
    let cases = all_pipeline_cases()?;
    let bench = VectorBench::start()?;
    play_pipeline(&bench, &Native::start(&bench)?, &cases)
}

#[test]
fn every_case_is_of_its_form() -> Result<()> {
    let (pipeline, wire) = (pipeline_cases()?, wire_cases()?);
    println!("{} pipeline cases, {} wire cases", pipeline.len(), wire.len());
    Ok(())
}
