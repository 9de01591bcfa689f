//! A rehearsal is the same pipeline: by the grants alone it says what the vectors say.

use anyhow::{Result, ensure};
use edgewrit_tests::vectors::{pipeline_cases, play_rehearsal};

/// The least number of cases that do not depend on the writ itself.
const CASES: usize = 700;

#[test]
fn a_rehearsal_says_what_every_case_says_whose_verdict_is_not_the_writs() -> Result<()> {
    let played = play_rehearsal(&pipeline_cases()?)?;
    ensure!(played >= CASES, "{played} cases rehearsed, expected {CASES} at least");
    Ok(())
}
