//! `cargo xtask load`: what the issuer bears, beside an endpoint that only signs. The servers have the first core, who asks has the second.

use std::process::Command;

use anyhow::Result;

use crate::cargo;
use crate::progress::openly;
use crate::project::Project;

const PACKAGE: &str = "edgewrit-load";
const ISSUER: &str = "edgewrit";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Passed on to the program: `--seconds 4 --rounds 3 --history 10000000 --live 1000000`, or `strangers`.
    #[arg(last = true)]
    options: Vec<String>,
}

pub(crate) fn run(project: &Project, args: &Args) -> Result<()> {
    let built = |package| {
        cargo::build(
            project,
            "building the issuer as it is delivered",
            &["--release", "--package", package, "--bin", package],
        )
    };
    let (issuer, load) = (built(ISSUER)?, built(PACKAGE)?);
    let mut command = Command::new("taskset");
    command
        .args(["--cpu-list", "1"])
        .arg(load)
        .arg("--edgewrit")
        .arg(issuer);
    openly(command.args(&args.options).current_dir(project.root()))
}
