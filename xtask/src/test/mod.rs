//! `cargo xtask test`: every test there is, on the real hosts. A host that was not run is a
//! failure.

pub(crate) mod fuzz;
pub(crate) mod hosts;
pub(crate) mod laws;
mod nextest;
pub(crate) mod readers;
mod repeat;

use std::process::{Command, ExitCode};

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::base::cargo::cargo;
use crate::base::progress::{openly, quietly};
use crate::base::project::Project;
use crate::base::stage::Stages;
use crate::base::supervised;
use crate::build::sizes;
use crate::build::{self, EVERYTHING};
use crate::structure::{self, arrows};
use crate::test::hosts::Hosts;
use crate::tools::{self, NO_STD, Tool};

/// Built for wasm and driven through their hosts; they cannot be linked as native programs.
pub(crate) const ADAPTERS: [&str; 2] = ["edgewrit-cloudflare", "edgewrit-envoy"];

/// Not part of the product, and compiled with a profile of their own.
const TOOLS: [&str; 2] = ["xtask", "xtask-wasm"];

#[derive(clap::Args, Default)]
pub(crate) struct TestArgs {
    /// Stages of minutes as well: an outage at full rate, the laws over many cases (`cargo xtask
    /// laws`), real readers over many requests (`cargo xtask readers`), and mutants of `shared` and
    /// `edge-validator`.
    #[arg(long)]
    long: bool,
    /// Run the tests so many times with all cores under load, and print which tests failed how
    /// often.
    #[arg(long, value_name = "N")]
    repeat: Option<u32>,
    /// With `--repeat`: no load beside the tests.
    #[arg(long, requires = "repeat")]
    idle: bool,
    /// Only the tests that start real hosts, or only the others.
    #[arg(long, value_enum)]
    only: Option<Only>,
    /// Passed on to `cargo nextest run`: a name to select some of the tests, `--nocapture` and the
    /// like.
    #[arg(last = true)]
    selection: Vec<String>,
}

/// A part of the tests.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    /// The tests of the group `hosts` in `.config/nextest.toml`.
    Hosts,
    /// All other tests.
    Others,
}

impl Only {
    /// As nextest writes it.
    const fn filter(self) -> &'static str {
        match self {
            Self::Hosts => "group(hosts)",
            Self::Others => "not group(hosts)",
        }
    }
}

impl TestArgs {
    /// Whether these are all tests, once.
    fn everything(&self) -> bool {
        self.selection.is_empty() && self.only.is_none() && self.repeat.is_none()
    }
}

pub(crate) fn run(project: &Project, args: &TestArgs) -> Result<ExitCode> {
    supervised::run(project, |run| {
        let mut stages = Stages::default();
        stages_of(project, args, &mut stages);
        stages.run("nothing left behind", || run.left_nothing());
        stages.finish()
    })
}

/// Runs the stages of the tests; continuous integration has others around them.
pub(crate) fn stages_of(project: &Project, args: &TestArgs, stages: &mut Stages) {
    let everything = args.everything();
    if everything {
        stages.run("arrows", || arrows::hold(project));
        stages.run("structure", || structure::hold(project));
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
    if args.repeat.is_none() {
        stages.run("sizes", || sizes::report(project, &EVERYTHING));
    }
    let mut count = String::new();
    stages.run("tests", || tests(project, args, &mut count));
    // The last line of a long output says how many tests ran.
    if !count.is_empty() {
        stages.note(count);
    }
    if everything {
        stages.run("documentation tests", || documentation_tests(project));
        stages.run("wrangler", || deployable(project));
    }
    if args.long {
        stages.run("laws", || laws::run(project, &laws::LawsArgs::default()));
        stages.run("readers", || readers::run(project, &readers::ReadersArgs::default()));
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

/// Runs the tests, and leaves the line about how many ran in `count`.
fn tests(project: &Project, args: &TestArgs, count: &mut String) -> Result<()> {
    let hosts = Hosts::witnessed(project)?;
    let command = || {
        let mut test = nextest::command(project)?;
        test.args(product());
        if args.long {
            test.args(["--run-ignored", "all"]);
        }
        if let Some(only) = args.only {
            test.args(["--filterset", only.filter()]);
        }
        test.arg("--").args(&args.selection);
        hosts.tell(project, &mut test);
        // Snapshots are compared, and never written.
        test.env("INSTA_UPDATE", "no");
        test.env("EDGEWRIT_WRANGLER_BIN", tools::npm_program(project, "wrangler"));
        test.env("EDGEWRIT_AGENTWRIT_SDK", tools::agentwrit_packages(project));
        Ok(test)
    };
    if let Some(runs) = args.repeat {
        *count = repeat::run(runs, !args.idle, command)?;
        return Ok(());
    }
    let outcome = nextest::run(&mut command()?)?;
    *count = outcome.to_string();
    if !outcome.success {
        bail!("{outcome}");
    }
    if args.everything() { hosts.were_run() } else { Ok(()) }
}

/// Examples in doc comments, which nextest does not run.
fn documentation_tests(project: &Project) -> Result<()> {
    let mut test = cargo(project);
    test.args(["test", "--doc", "--quiet"]).args(product());
    quietly("running the examples in doc comments", &mut test).map(drop)
}

/// The packages whose tests these are, as arguments.
fn product() -> impl Iterator<Item = &'static str> {
    let excluded = ADAPTERS.into_iter().chain(TOOLS);
    ["--workspace"]
        .into_iter()
        .chain(excluded.flat_map(|package| ["--exclude", package]))
}

/// The acts of `wrangler deploy` up to the upload: `wrangler.toml` and the Worker that it builds
/// belong together.
fn deployable(project: &Project) -> Result<()> {
    let mut wrangler = Command::new(tools::npm_program(project, "wrangler"));
    wrangler
        .args(["deploy", "--dry-run", "--outdir"])
        .arg(project.scratch("wrangler")?);
    wrangler
        .current_dir(project.root())
        .env("CI", "true")
        // It remembers there when it has looked for another version of itself.
        .env("TMPDIR", project.scratch("wrangler-temporary")?)
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

/// Changes the code in many small ways; a change that no test notices is a failure.
/// `.cargo/mutants.toml` says which code, and lists the exceptions.
fn mutants(project: &Project) -> Result<()> {
    tools::install(project, &[Tool::Mutants])?;
    let mut mutants = Command::new(tools::crate_program(project, "cargo-mutants")?);
    mutants
        .args(["mutants", "--no-shuffle"])
        .current_dir(project.root())
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        // Cases written by hand notice a change; few generated ones do, and what they find in one
        // mutant must not fail the next.
        .env("PROPTEST_CASES", "24")
        .env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1");
    openly(&mut mutants)
}
