//! `cargo xtask counts`: how many instructions decisions, bundles, writs and the answers of the
//! issuer take, compared with committed baselines.
//!
//! Callgrind runs `edgewrit-counts` and counts instructions instead of time, so the result is the
//! same on an idle machine and on a busy one.

mod baselines;
mod profile;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::base::cargo;
use crate::base::progress::quietly;
use crate::base::project::Project;
use crate::tools::{self, Tool};
use baselines::CaseCount;

const PACKAGE: &str = "edgewrit-counts";
/// The function of the program that callgrind observes. Its name is part of the source of the
/// program.
const COUNTED: &str = "edgewrit_counts::counted";
const BASELINES: &str = "tests/counts/baselines.txt";

#[derive(clap::Args, Default)]
pub(crate) struct CountsArgs {
    /// Write the counts as the new baselines. The commit that contains them gives the reason.
    #[arg(long)]
    accept: bool,
}

pub(crate) fn run(project: &Project, args: &CountsArgs) -> Result<()> {
    ensure!(tools::COUNTS_INSTRUCTIONS, "the baselines are those of Linux on x86-64");
    let counts = counts(project)?;
    let path = project.root().join(BASELINES);
    if args.accept {
        return fs::write(&path, baselines::write(&counts)).with_context(|| format!("writing `{BASELINES}`"));
    }
    let text = fs::read_to_string(&path).with_context(|| format!("reading `{BASELINES}`"))?;
    let compared = baselines::compare(&baselines::read(&text)?, &counts);
    print!("{}", compared.table);
    if !compared.faults.is_empty() {
        bail!(
            "{}\n       if this is meant: `cargo xtask counts --accept`, and give the reason in the commit",
            compared.faults.join("\n       ")
        );
    }
    Ok(())
}

/// Runs the program, and reads what callgrind wrote down.
fn counts(project: &Project) -> Result<Vec<CaseCount>> {
    tools::install(project, &[Tool::Valgrind])?;
    // The profile of what is delivered, so that what is counted is the code that runs.
    let build = ["--release", "--package", PACKAGE];
    let program = cargo::build(project, "building the counted program", &build)?;
    let folder = project.scratch("counts")?;
    let mut callgrind = callgrind(project, &folder, &program);
    let printed = quietly("counting instructions", &mut callgrind)?;
    let printed = String::from_utf8(printed).context("the counted program printed something that is not UTF-8")?;
    let mut lines = printed.lines();
    let times = lines.next().and_then(|times| times.parse().ok());
    let times: u64 = times.context("the counted program did not say how often it does each case")?;
    let names: Vec<_> = lines.collect();
    let profiles = (1..).map(|number| folder.join(format!("profile.{number}")));
    let profiles: Vec<PathBuf> = profiles.take_while(|path| path.is_file()).collect();
    ensure!(
        !names.is_empty() && names.len() == profiles.len(),
        "{} cases and {} profiles: does `{COUNTED}` have another name?",
        names.len(),
        profiles.len()
    );
    let count = |(name, path): (&&str, &PathBuf)| {
        let text = fs::read_to_string(path).context("reading a profile")?;
        let total = profile::read(&text).with_context(|| format!("the profile of `{name}`"))?;
        Ok(CaseCount {
            name: (*name).to_owned(),
            own: total.own / times,
            all: total.all / times,
        })
    };
    names.iter().zip(&profiles).map(count).collect()
}

fn callgrind(project: &Project, folder: &Path, program: &Path) -> Command {
    let mut command = Command::new(tools::valgrind(project));
    command.args(["--quiet", "--tool=callgrind"]);
    command.args(["--compress-strings=no", "--compress-pos=no"]);
    // The first number behind the name is that of the first call: what follows the last call is not
    // read. The other way, to collect only inside of the function, would omit all other threads,
    // and one of them writes to the database of the issuer.
    command.args([
        format!("--callgrind-out-file={}", folder.join("profile").display()),
        format!("--zero-before={COUNTED}"),
        format!("--dump-after={COUNTED}"),
    ]);
    command.arg(program);
    command
}
