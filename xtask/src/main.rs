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
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install the external tools that the other commands need, once, into `.tools/`.
    Tools,
    /// Build the two validators and the issuer into `dist/`.
    Build(build::Args),
    /// Run every test there is, on real hosts.
    Test(test::Args),
    /// Compare the language of grants with a naive evaluator over a million cases of every law.
    Laws(laws::Args),
    /// Compare what the edge judges with what real frameworks read of the same requests, over very
    /// many of them.
    Readers(readers::Args),
    /// Start everything on this machine and walk through the story.
    Demo(demo::Args),
    /// Measure what one decision costs, natively and in V8.
    Bench(bench::Args),
    /// Count the instructions of decisions, bundles and writs, and compare them with baselines.
    Counts(counts::Args),
    /// Measure what the issuer bears, beside an endpoint that only signs, or what an edge costs its
    /// host. On an idle machine, alone.
    Load(load::Args),
    /// Fuzz every parser, and narrowing against deciding, guided by coverage.
    Fuzz(fuzz::Args),
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

fn run(command: Command) -> Result<ExitCode> {
    let project = Project::locate()?;
    match command {
        Command::Test(args) => return test::run(&project, &args),
        Command::Ci => return ci::run(&project),
        Command::Supervise { program } => return Ok(edgewrit_supervisor::run(program)?.into()),
        Command::Tools => tools::run(&project),
        Command::Build(args) => build::run(&project, &args),
        Command::Laws(args) => laws::run(&project, &args),
        Command::Readers(args) => readers::run(&project, &args),
        Command::Demo(args) => demo::run(&project, &args),
        Command::Bench(args) => bench::run(&project, &args),
        Command::Counts(args) => counts::run(&project, &args),
        Command::Load(args) => load::run(&project, &args),
        Command::Coverage => coverage::run(&project),
        Command::Fuzz(args) => fuzz::run(&project, &args),
        Command::Structure => structure::hold(&project),
    }?;
    Ok(ExitCode::SUCCESS)
}
