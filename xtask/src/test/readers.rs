//! `cargo xtask readers`: the long version of what `tests/tests/readers.rs` does in `cargo xtask
//! test`.

use anyhow::Result;

use crate::base::cargo::cargo;
use crate::base::progress::openly;
use crate::base::project::Project;
use crate::tools;

#[derive(clap::Args)]
pub(crate) struct ReadersArgs {
    /// Permitted requests of each kind.
    #[arg(long, default_value_t = CASES)]
    cases: u32,
    /// The seed of chance: the same seed makes the same requests.
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// Passed on to the tests: a name to select some of them, such as `queries`.
    #[arg(last = true)]
    selection: Vec<String>,
}

/// Some minutes on two cores.
const CASES: u32 = 20_000;
/// Another than that of the short version.
const SEED: u64 = 2;

impl Default for ReadersArgs {
    fn default() -> Self {
        Self {
            cases: CASES,
            seed: SEED,
            selection: Vec::new(),
        }
    }
}

pub(crate) fn run(project: &Project, args: &ReadersArgs) -> Result<()> {
    tools::install(project, &tools::READERS)?;
    let mut test = cargo(project);
    test.args(["test", "--package", "edgewrit-tests", "--test", "readers", "--"]);
    test.arg("--nocapture").args(&args.selection);
    test.env("EDGEWRIT_READERS_CASES", args.cases.to_string());
    test.env("EDGEWRIT_READERS_SEED", args.seed.to_string());
    openly(&mut test)
}
