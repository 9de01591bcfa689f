//! Clients of other projects, each driven by a script in its own language.

use crate::process::{Program, RunningProgram};
use crate::tools;
use anyhow::{Result, ensure};
use std::path::Path;
use std::time::Duration;

/// The time for a script.
const PATIENCE: Duration = Duration::from_secs(120);

/// Lets the published SDK of AgentWrit make good the claims in `tests/clients/agentwrit/<file>.py`,
/// told `settings` in its environment.
///
/// # Errors
/// If Python or the SDK is not there, or a claim does not hold; what it printed is part of the
/// error.
pub fn agentwrit(file: &str, settings: &[(&str, &str)]) -> Result<()> {
    let (sdk, scripts) = (
        tools::agentwrit_sdk()?,
        tools::repository().join("tests/clients/agentwrit"),
    );
    let program = Program::new("python3", Path::new("python3"))
        // Nothing of what else is installed for this Python, and nothing written beside the
        // scripts.
        .args(["-s", "-B"])
        .arg(scripts.join("run.py"))
        .arg(file)
        .env("PYTHONPATH", &sdk.to_string_lossy())
        .env("NO_PROXY", "*");
    let program = settings
        .iter()
        .fold(program, |program, (name, value)| program.env(name, value));
    hold(program.start()?, file)
}

fn hold(mut process: RunningProgram, file: &str) -> Result<()> {
    let ended = process.ended(PATIENCE);
    let well = ended.is_some_and(|status| status.success());
    // The last lines may come after the end.
    let said = process.log().find(Duration::from_secs(2), |line| {
        line.ends_with(" claims held").then_some(())
    });
    ensure!(
        well && said.is_some(),
        "`{file}.py` ended with {ended:?}; it said:\n{}",
        process.log().tail(60)
    );
    Ok(())
}
