//! `cargo xtask load`: what the issuer bears, beside an endpoint that only signs, or what an edge
//! costs its host, beside the host without it. The servers have the first core, who asks has the
//! second.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::base::cargo;
use crate::base::progress::{openly, quietly};
use crate::base::project::Project;
use crate::build::{self, Artifact};
use crate::test::hosts::Hosts;
use crate::tools;

const PACKAGE: &str = "edgewrit-load";
/// The issuer and the proxy.
const ISSUER: &str = "edgewrit";

/// The hosts that an edge is measured in.
const EDGES: [Artifact; 2] = [Artifact::Envoy, Artifact::Worker];

/// Workers that ours is measured beside.
const WORKERS: [&str; 2] = ["empty.js", "jose.js"];

#[derive(clap::Args)]
pub(crate) struct LoadCommandArgs {
    /// Measure the edge in its hosts, and not the issuer.
    #[arg(long)]
    edge: bool,
    /// Passed on to the program: `--seconds 4 --rounds 3 --history 10000000 --live 1000000`, or
    /// `unauthenticated`; with `--edge` `--other FILTER --only direct`, `--only workerd`, or `--only proxy`.
    #[arg(last = true)]
    options: Vec<String>,
}

pub(crate) fn run(project: &Project, args: &LoadCommandArgs) -> Result<()> {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", "1"]).arg(built(project, PACKAGE)?);
    if args.edge {
        let hosts: Vec<_> = EDGES.iter().filter_map(|part| part.host()).collect();
        tools::install(project, &hosts)?;
        build::build(project, &EDGES, &[])?;
        Hosts::installed(project, &EDGES)?.tell(project, &mut command);
        command.env("EDGEWRIT_LOAD_WORKERS", workers(project)?);
        command.env("EDGEWRIT_LOAD_PROXY", built(project, ISSUER)?);
        command.env("EDGEWRIT_LOAD_UNDECIDED", undecided(project)?);
        command.arg("edge").args(&args.options);
    } else {
        command
            .arg("--edgewrit")
            .arg(built(project, ISSUER)?)
            .args(&args.options);
    }
    openly(command.current_dir(project.root()))
}

/// Bundles the Workers that ours is measured beside. Returns where they lie.
fn workers(project: &Project) -> Result<PathBuf> {
    let (sources, made) = (
        project.root().join("tests/load/workers"),
        project.scratch("load-workers")?,
    );
    let mut esbuild = Command::new(tools::npm_program(project, "esbuild"));
    esbuild.args(WORKERS.map(|name| sources.join(name)));
    esbuild.args([
        "--bundle",
        "--format=esm",
        "--conditions=workerd,worker,browser",
        "--log-level=warning",
    ]);
    // The sources do not lie beside what npm installed.
    esbuild.arg(format!("--outdir={}", made.display()));
    esbuild.env("NODE_PATH", tools::npm_modules(project));
    quietly("bundling the Workers to compare with", &mut esbuild)?;
    Ok(made)
}

/// Builds the proxy with the decision taken out.
fn undecided(project: &Project) -> Result<PathBuf> {
    let args = ["--release", "--package", PACKAGE, "--bin", "undecided"];
    cargo::build(project, "building the proxy without a decision", &args)
}

fn built(project: &Project, package: &str) -> Result<PathBuf> {
    cargo::build(
        project,
        "building for the measurement",
        &["--release", "--package", package, "--bin", package],
    )
}
