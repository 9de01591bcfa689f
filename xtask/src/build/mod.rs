//! `cargo xtask build`: the two validators and the issuer, checked, in `dist/`.

mod artifact;
mod finish;
pub(crate) mod sizes;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::base::cargo;
use crate::base::project::Project;
use crate::tools::{self, Tool, joined};

#[derive(clap::Args)]
pub(crate) struct BuildArgs {
    /// The parts to build; everything if no part is named.
    #[arg(value_enum)]
    parts: Vec<Artifact>,
}

/// A part of the delivery.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Artifact {
    /// `dist/edgewrit`, the issuer and its command line.
    Edgewrit,
    /// `dist/edgewrit-envoy.wasm`, the filter for Envoy.
    Envoy,
    /// `dist/worker/`, the Worker.
    Worker,
}

/// All parts.
pub(crate) const EVERYTHING: [Artifact; 3] = [Artifact::Edgewrit, Artifact::Envoy, Artifact::Worker];

impl Artifact {
    /// The name of the part in `dist/`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Edgewrit => "edgewrit",
            Self::Envoy => finish::FILTER,
            Self::Worker => finish::WORKER,
        }
    }

    /// The tool that brings the host of the part.
    pub(crate) fn host(self) -> Option<Tool> {
        match self {
            Self::Edgewrit => None,
            Self::Envoy => Some(Tool::Envoy),
            Self::Worker => Some(Tool::Npm),
        }
    }
}

pub(crate) fn run(project: &Project, args: &BuildArgs) -> Result<()> {
    let parts = if args.parts.is_empty() {
        Artifact::value_variants()
    } else {
        &args.parts
    };
    build(project, parts, &[])?;
    sizes::report(project, parts)
}

/// Builds `parts`, and the native programs of `also`, `cargo build` arguments each. The wasm side
/// and the native side go on at the same time: each has long stretches that keep only one core
/// busy.
pub(crate) fn build(project: &Project, parts: &[Artifact], also: &[(&str, &[&str])]) -> Result<()> {
    tools::add_targets()?;
    fs::create_dir_all(project.dist()).context("creating `dist`")?;
    thread::scope(|scope| {
        let wasm = scope.spawn(|| wasm(project, parts));
        let native = native(project, parts, also);
        joined(wasm.join()).and(native)
    })
}

fn native(project: &Project, parts: &[Artifact], also: &[(&str, &[&str])]) -> Result<()> {
    if parts.contains(&Artifact::Edgewrit) {
        let program = cargo::build(project, "building edgewrit", &["--release", "--package", "edgewrit"])?;
        place(&program, &project.dist().join("edgewrit"))?;
    }
    also.iter()
        .try_for_each(|(what, args)| cargo::build(project, what, args).map(drop))
}

fn wasm(project: &Project, parts: &[Artifact]) -> Result<()> {
    if !parts.contains(&Artifact::Envoy) && !parts.contains(&Artifact::Worker) {
        return Ok(());
    }
    let helper = helper(project)?;
    let filter = parts
        .contains(&Artifact::Envoy)
        .then(|| module(project, "edgewrit-envoy"))
        .transpose()?;
    thread::scope(|scope| {
        let filter = filter
            .as_deref()
            .map(|filter| scope.spawn(|| finish::filter(project, &helper, filter)));
        if parts.contains(&Artifact::Worker) {
            finish::worker(project, &helper, &module(project, "edgewrit-cloudflare")?)?;
        }
        filter.map_or(Ok(()), |filter| joined(filter.join()))
    })
}

/// The tools that finish a module: those from npm are fetched while our own is compiled. Returns
/// where that one lies.
fn helper(project: &Project) -> Result<PathBuf> {
    thread::scope(|scope| {
        let npm = scope.spawn(|| tools::install(project, &[Tool::Npm]));
        let helper = cargo::build(
            project,
            "building wasm-bindgen",
            &["--profile", "tool", "--package", "xtask-wasm"],
        );
        joined(npm.join()).and(helper)
    })
}

/// A module that is not delivered, optimised like those that are. Returns where it lies.
pub(crate) fn optimised(project: &Project, package: &str) -> Result<PathBuf> {
    tools::add_targets()?;
    tools::install(project, &[Tool::Npm])?;
    finish::plain(project, package, &module(project, package)?)
}

/// Each adapter is built by itself: built together, what one turns on in a shared crate would be on
/// in the other.
fn module(project: &Project, package: &str) -> Result<PathBuf> {
    let what = format!("building {package}");
    cargo::build(
        project,
        &what,
        &["--profile", "wasm", "--target", tools::WASM, "--package", package],
    )
}

/// Copies `from` to `to` in one step, so that a program that runs from there goes on running.
fn place(from: &Path, to: &Path) -> Result<()> {
    let partial = to.with_extension("partial");
    fs::copy(from, &partial).with_context(|| format!("copying to `{}`", partial.display()))?;
    fs::rename(&partial, to).with_context(|| format!("moving to `{}`", to.display()))
}
