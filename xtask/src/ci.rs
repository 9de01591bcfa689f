//! `cargo xtask ci`: what `.ci/run` calls.

use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::Result;

use crate::base::cargo::cargo;
use crate::base::progress::{openly, succeeds_within};
use crate::base::project::Project;
use crate::base::stage::Stages;
use crate::base::supervised::{self, SupervisedRun};
use crate::measure::bench;
use crate::measure::counts;
use crate::test::fuzz;
use crate::test::laws;
use crate::test::{self, ADAPTERS};
use crate::tools::{self, WASM};

/// The advisory database is a few megabytes; what takes longer than this does not arrive.
const FETCH_LIMIT: Duration = Duration::from_secs(60);

pub(crate) fn run(project: &Project) -> Result<ExitCode> {
    supervised::run(project, |run| check(project, run))
}

fn check(project: &Project, run: &SupervisedRun) -> Result<()> {
    let mut stages = Stages::default();
    if stages.run("tools", || tools::run(project)).is_none() {
        return stages.finish();
    }
    stages.run("formatting", || {
        openly(cargo(project).args(["fmt", "--all", "--check"]))
    });
    stages.run("clippy", || clippy(project));
    deny(project, &mut stages);
    stages.run("documentation", || documentation(project));
    test::stages_of(project, &test::TestArgs::default(), &mut stages);
    if tools::COUNTS_INSTRUCTIONS {
        stages.run("instruction counts", || {
            counts::run(project, &counts::CountsArgs::default())
        });
    } else {
        stages.note("instruction counts: NOT CHECKED (baselines are those of Linux on x86-64)");
    }
    stages.run("fuzz", || fuzz::run(project, &fuzz::FuzzArgs::briefly()));
    stages.run("laws", || laws::run(project, &laws::LawsArgs::default()));
    stages.run("nothing left behind", || run.left_nothing());
    stages.finish()
}

/// Every crate and target; the adapters for the target that they are delivered for.
fn clippy(project: &Project) -> Result<()> {
    let mut native = without_adapters(project, "clippy");
    openly(native.args(["--all-targets", "--", "--deny", "warnings"]))?;
    let mut wasm = only_adapters(project, "clippy");
    openly(wasm.args(["--package", bench::PACKAGE, "--", "--deny", "warnings"]))
}

fn documentation(project: &Project) -> Result<()> {
    for mut command in [without_adapters(project, "doc"), only_adapters(project, "doc")] {
        // The documentation is for those who change the code: it has the private items, and may
        // link to them.
        let command = command.args(["--no-deps", "--document-private-items"]);
        openly(command.env(
            "RUSTDOCFLAGS",
            "--deny warnings --allow rustdoc::private_intra_doc_links",
        ))?;
    }
    Ok(())
}

fn without_adapters(project: &Project, verb: &str) -> Command {
    let mut command = cargo(project);
    command.args([verb, "--quiet", "--workspace"]);
    for adapter in ADAPTERS {
        command.args(["--exclude", adapter]);
    }
    command
}

fn only_adapters(project: &Project, verb: &str) -> Command {
    let mut command = cargo(project);
    command.args([verb, "--quiet", "--target", WASM]);
    for adapter in ADAPTERS {
        command.args(["--package", adapter]);
    }
    command
}

/// Licences, bans and sources always; advisories when their database can be had.
fn deny(project: &Project, stages: &mut Stages) {
    stages.run("cargo deny", || {
        openly(cargo_deny(project)?.args(["check", "licenses", "bans", "sources"]))
    });
    let verdict = stages.run("advisories", || advisories(project));
    if let Some(Advisories::Unreachable) = verdict {
        stages.note("advisories: NOT CHECKED (database unreachable)");
    }
}

enum Advisories {
    Checked,
    Unreachable,
}

fn advisories(project: &Project) -> Result<Advisories> {
    if !succeeds_within(FETCH_LIMIT, cargo_deny(project)?.args(["fetch", "db"]))? {
        return Ok(Advisories::Unreachable);
    }
    openly(cargo_deny(project)?.args(["--offline", "check", "advisories"]))?;
    Ok(Advisories::Checked)
}

fn cargo_deny(project: &Project) -> Result<Command> {
    let mut deny = Command::new(tools::crate_program(project, "cargo-deny")?);
    deny.current_dir(project.root());
    Ok(deny)
}
