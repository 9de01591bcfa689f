//! `cargo xtask fuzz`: the targets of `tests/fuzz` under libFuzzer, guided by coverage. No other
//! compiler is needed for it: what asks for the instrumentation is stable.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::base::cargo::cargo;
use crate::base::progress::quietly;
use crate::base::project::Project;

const PACKAGE: &str = "edgewrit-fuzz";
/// Instead of a target's name: print them all.
const LIST: &str = "?";
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                        -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing";
/// Seconds for each target in continuous integration.
pub(crate) const BRIEFLY: u32 = 4;

#[derive(clap::Args)]
pub(crate) struct FuzzArgs {
    /// The target; all targets if none is named.
    target: Option<String>,
    /// Seconds for each target.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

impl FuzzArgs {
    /// Every target for a moment.
    pub(crate) fn briefly() -> Self {
        Self {
            target: None,
            seconds: BRIEFLY,
        }
    }
}

pub(crate) fn run(project: &Project, args: &FuzzArgs) -> Result<()> {
    let program = program(project, &host()?)?;
    let all = targets(&program)?;
    let chosen: Vec<&String> = match &args.target {
        None => all.iter().collect(),
        Some(name) => all.iter().filter(|target| *target == name).collect(),
    };
    ensure!(
        !chosen.is_empty(),
        "no such target, expected one of `{}`",
        all.join("`, `")
    );
    let mut broken = Vec::new();
    for target in chosen {
        if let Err(error) = fuzz(project, &program, target, args.seconds) {
            eprintln!("{error:#}");
            broken.push(target.as_str());
        }
    }
    if !broken.is_empty() {
        bail!(
            "an input breaks `{0}`; it is in `target/fuzz/found`: run `EDGEWRIT_FUZZ={0} {1} FILE` with it again",
            broken.join("`, `"),
            program.display()
        );
    }
    Ok(())
}

/// Named as a target, so that build scripts and macros are not instrumented.
fn host() -> Result<String> {
    let version = quietly("asking rustc for its host", Command::new("rustc").arg("-vV"))?;
    let version = String::from_utf8(version).context("rustc says what it is")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc names no host")
}

fn program(project: &Project, host: &str) -> Result<PathBuf> {
    let mut build = cargo(project);
    build
        .args([
            "build",
            "--quiet",
            "--profile",
            "checked",
            "--target",
            host,
            "--package",
            PACKAGE,
        ])
        .arg("--target-dir")
        .arg(project.root().join("target/fuzz"))
        .env("RUSTFLAGS", COVERAGE);
    quietly("building the fuzz targets", &mut build)?;
    Ok(project
        .root()
        .join("target/fuzz")
        .join(host)
        .join("checked")
        .join(PACKAGE))
}

/// The names of all targets, as the program tells them.
fn targets(program: &Path) -> Result<Vec<String>> {
    let told = quietly(
        "asking for the targets",
        Command::new(program).env("EDGEWRIT_FUZZ", LIST),
    )?;
    let told = String::from_utf8(told).context("the targets have names")?;
    let targets: Vec<String> = told.lines().map(str::to_owned).collect();
    ensure!(!targets.is_empty(), "the program names no targets");
    Ok(targets)
}

/// Fuzzes one target. What is found goes into the project's `target/`, which is not kept.
fn fuzz(project: &Project, program: &Path, target: &str, seconds: u32) -> Result<()> {
    let corpus = project.root().join("target/fuzz/corpus").join(target);
    fs::create_dir_all(&corpus).context("creating the corpus")?;
    let found = project.root().join("target/fuzz/found").join(target);
    fs::create_dir_all(&found).context("creating the folder for what is found")?;
    seed(program, target, &corpus)?;
    let mut fuzz = Command::new(program);
    fuzz.arg(&corpus)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", found.display()))
        .args(["-timeout=10", "-max_len=4096", "-print_final_stats=0", "-verbosity=0"]);
    quietly(
        &format!("fuzzing {target} for {seconds} s"),
        fuzz.env("EDGEWRIT_FUZZ", target),
    )
    .map(drop)
}

fn seed(program: &Path, target: &str, corpus: &Path) -> Result<()> {
    let mut seed = Command::new(program);
    seed.env("EDGEWRIT_FUZZ", target).env("EDGEWRIT_SEEDS", corpus);
    quietly("writing seeds", &mut seed).map(drop)
}
