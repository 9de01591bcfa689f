//! `cargo xtask test`: every test there is, on the real hosts. A host that was not run is a failure.

use std::process::Command;

use anyhow::Result;

use crate::arrows;
use crate::build::{self, EVERYTHING};
use crate::cargo::cargo;
use crate::hosts::Hosts;
use crate::laws;
use crate::progress::{openly, quietly};
use crate::project::Project;
use crate::readers;
use crate::sizes;
use crate::stage::Stages;
use crate::tools::{self, NO_STD, Tool};

/// Built for wasm and driven through their hosts; they cannot be linked as native programs.
pub(crate) const ADAPTERS: [&str; 2] = ["edgewrit-cloudflare", "edgewrit-envoy"];

/// Not part of the product, and compiled with a profile of their own.
const TOOLS: [&str; 2] = ["xtask", "xtask-wasm"];

#[derive(clap::Args, Default)]
pub(crate) struct Args {
    /// What takes minutes as well: an outage at full rate, the laws over many cases (`cargo xtask laws`), real readers over many requests
    /// (`cargo xtask readers`), and mutants of `shared` and `edge-validator`.
    #[arg(long)]
    long: bool,
    /// Passed on to the tests: a name to select some of them, `--nocapture` and the like.
    #[arg(last = true)]
    selection: Vec<String>,
}

pub(crate) fn run(project: &Project, args: &Args) -> Result<()> {
    let mut stages = Stages::default();
    stages_of(project, args, &mut stages);
    stages.finish()
}

/// Runs the stages of the tests; continuous integration has others around them.
pub(crate) fn stages_of(project: &Project, args: &Args, stages: &mut Stages) {
    let everything = args.selection.is_empty();
    if everything {
        stages.run("arrows", || arrows::hold(project));
        stages.run("no_std", || no_std(project));
        stages.run("tests of xtask", || own_tests(project));
    }
    let ready = stages.run("build", || {
        tools::install(project, &tools::FOR_TESTS)?;
        build::build(project, &EVERYTHING, &[])
    });
    if ready.is_none() {
        return stages.skip("tests");
    }
    stages.run("sizes", || sizes::report(project, &EVERYTHING));
    stages.run("tests", || tests(project, args, everything));
    if everything {
        stages.run("wrangler", || deployable(project));
    }
    if args.long {
        stages.run("laws", || laws::run(project, &laws::Args::default()));
        stages.run("readers", || readers::run(project, &readers::Args::default()));
        stages.run("mutants", || mutants(project));
    }
}

/// The proof that these two need no std: the target has none.
fn no_std(project: &Project) -> Result<()> {
    tools::add_targets()?;
    let mut build = cargo(project);
    build.args(["build", "--profile", "tool", "--target", NO_STD]);
    build.args(["--package", "edgewrit-shared", "--package", "edgewrit-edge"]);
    quietly("building the no_std crates for a target without std", &mut build).map(drop)
}

fn tests(project: &Project, args: &Args, everything: bool) -> Result<()> {
    let hosts = Hosts::witnessed(project)?;
    let mut test = cargo(project);
    test.args(["test", "--workspace", "--no-fail-fast"]);
    for package in ADAPTERS.iter().chain(&TOOLS) {
        test.args(["--exclude", package]);
    }
    test.arg("--").args(&args.selection);
    if args.long {
        test.arg("--include-ignored");
    }
    hosts.tell(project, &mut test);
    // Snapshots are compared, and never written.
    test.env("INSTA_UPDATE", "no");
    test.env("EDGEWRIT_WRANGLER_BIN", tools::npm_program(project, "wrangler"));
    test.env("EDGEWRIT_AGENTWRIT_SDK", tools::agentwrit_packages(project));
    openly(&mut test)?;
    if everything { hosts.were_run() } else { Ok(()) }
}

/// What `wrangler deploy` does, up to the upload: `wrangler.toml` and what it builds belong together.
fn deployable(project: &Project) -> Result<()> {
    let mut wrangler = Command::new(tools::npm_program(project, "wrangler"));
    wrangler
        .args(["deploy", "--dry-run", "--outdir"])
        .arg(project.scratch("wrangler")?);
    wrangler
        .current_dir(project.root())
        .env("CI", "true")
        .env("WRANGLER_SEND_METRICS", "false");
    quietly("preparing a deployment of the Worker", &mut wrangler).map(drop)
}

/// The tests of these commands themselves, with the profile that they run with.
fn own_tests(project: &Project) -> Result<()> {
    let mut test = cargo(project);
    test.args(["test", "--quiet", "--profile", "tool"]);
    for package in TOOLS {
        test.args(["--package", package]);
    }
    openly(&mut test)
}

/// Changes the code in many small ways; a change that no test notices is a failure. `.cargo/mutants.toml` says which
/// code, and lists the exceptions.
fn mutants(project: &Project) -> Result<()> {
    tools::install(project, &[Tool::Mutants])?;
    let mut mutants = Command::new(tools::crate_program(project, "cargo-mutants")?);
    mutants
        .args(["mutants", "--no-shuffle"])
        .current_dir(project.root())
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        // Cases written by hand notice a change; few generated ones do, and what they find in one mutant must not fail the next.
        .env("PROPTEST_CASES", "24")
        .env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1");
    openly(&mut mutants)
}
