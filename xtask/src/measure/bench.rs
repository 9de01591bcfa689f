//! `cargo xtask bench`: what one decision costs, natively and in V8, in one run.

use std::process::Command;

use anyhow::Result;

use crate::base::cargo;
use crate::base::progress::openly;
use crate::base::project::Project;
use crate::build;

/// Compiled for both sides.
pub(crate) const PACKAGE: &str = "edgewrit-bench";

#[derive(clap::Args)]
pub(crate) struct BenchArgs {
    /// Print one JSON object a line instead of the table.
    #[arg(long)]
    json: bool,
}

/// Both sides are compiled as what is delivered is: the native one like the issuer, the other like
/// the validators.
pub(crate) fn run(project: &Project, args: &BenchArgs) -> Result<()> {
    let module = build::optimised(project, PACKAGE)?;
    let native = ["--release", "--package", PACKAGE, "--bin", PACKAGE];
    let program = cargo::build(project, "building the benchmark", &native)?;
    eprintln!("  measuring, about a minute");
    let mut bench = Command::new(program);
    bench.arg(module).args(args.json.then_some("--json"));
    openly(bench.current_dir(project.root()))
}
