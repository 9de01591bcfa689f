//! `cargo xtask`: the one entry point besides plain cargo. Continuous integration calls the same.
//!
//! These commands install everything external, pinned, into the project's own `.tools/`. Compiled
//! tools of cargo lie in a cache outside of the checkout.

mod base;
mod build;
mod ci;
mod demo;
mod measure;
mod structure;
mod test;
mod tools;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::base::project::Project;
use crate::base::supervised;
use crate::measure::{bench, counts, coverage, load};
use crate::test::{fuzz, laws, readers};

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: XtaskCommand,
}

#[derive(Subcommand)]
enum XtaskCommand {
    /// Install the external tools that the other commands need, once, into `.tools/`.
    Tools,
    /// Build the two validators and the issuer into `dist/`.
    Build(build::BuildArgs),
    /// Run every test there is, on real hosts.
    Test(test::TestArgs),
    /// Compare the language of grants with a naive evaluator over a million cases of every law.
    Laws(laws::LawsArgs),
    /// Compare what the edge judges with what real frameworks read of the same requests, over very
    /// many of them.
    Readers(readers::ReadersArgs),
    /// Start everything on this machine and walk through the story.
    Demo(demo::DemoArgs),
    /// Measure what one decision costs, natively and in V8.
    Bench(bench::BenchArgs),
    /// Count the instructions of decisions, bundles and writs, and compare them with baselines.
    Counts(counts::CountsArgs),
    /// Measure what the issuer bears, beside an endpoint that only signs, or what an edge costs its
    /// host. On an idle machine, alone.
    Load(load::LoadCommandArgs),
    /// Fuzz every parser, and narrowing against deciding, guided by coverage.
    Fuzz(fuzz::FuzzArgs),
    /// Check the rules on folders, on imports between them, and on words.
    Structure,
    /// Measure which lines of the product its own tests execute.
    Coverage,
    /// Everything that is checked before a change is merged.
    Ci,
    /// Run a program until the pipe on standard input closes, and end all its descendants then.
    #[command(hide = true, name = supervised::SUPERVISE)]
    Supervise {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        program: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: XtaskCommand) -> Result<ExitCode> {
    let project = Project::locate()?;
    match command {
        XtaskCommand::Test(args) => return test::run(&project, &args),
        XtaskCommand::Ci => return ci::run(&project),
        XtaskCommand::Supervise { program } => return Ok(edgewrit_supervisor::run(program)?.into()),
        XtaskCommand::Tools => tools::run(&project),
        XtaskCommand::Build(args) => build::run(&project, &args),
        XtaskCommand::Laws(args) => laws::run(&project, &args),
        XtaskCommand::Readers(args) => readers::run(&project, &args),
        XtaskCommand::Demo(args) => demo::run(&project, &args),
        XtaskCommand::Bench(args) => bench::run(&project, &args),
        XtaskCommand::Counts(args) => counts::run(&project, &args),
        XtaskCommand::Load(args) => load::run(&project, &args),
        XtaskCommand::Coverage => coverage::run(&project),
        XtaskCommand::Fuzz(args) => fuzz::run(&project, &args),
        XtaskCommand::Structure => structure::hold(&project),
    }?;
    Ok(ExitCode::SUCCESS)
}
