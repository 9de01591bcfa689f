//! `cargo xtask laws`: the laws of grants over very many made cases, and patterns over all words of
//! a size.

use anyhow::Result;

use crate::base::cargo::cargo;
use crate::base::progress::openly;
use crate::base::project::Project;

/// Tests of these names in `shared/tests/grants` look at `EDGEWRIT_CASES`.
const SELECTED: [&str; 2] = ["laws::", "patterns::"];

#[derive(clap::Args)]
pub(crate) struct LawsArgs {
    /// Cases of every law.
    #[arg(long, default_value_t = CASES)]
    cases: u64,
}

const CASES: u64 = 1_000_000;

impl Default for LawsArgs {
    fn default() -> Self {
        Self { cases: CASES }
    }
}

pub(crate) fn run(project: &Project, args: &LawsArgs) -> Result<()> {
    let mut test = cargo(project);
    test.args(["test", "--quiet", "--profile", "checked"]);
    test.args(["--package", "edgewrit-shared", "--test", "grants", "--"]);
    test.args(SELECTED).arg("--nocapture");
    openly(test.env("EDGEWRIT_CASES", args.cases.to_string()))
}
