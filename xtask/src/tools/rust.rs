//! The parts of the Rust toolchain that `rust-toolchain.toml` lists. rustup adds them by itself,
//! unless it was told not to or the toolchain was there before they were listed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::base::progress::quietly;

/// The target of both edges.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// Has no std: the proof that the no_std crates need none.
pub(crate) const NO_STD: &str = "wasm32v1-none";

const COMPONENTS: [(&str, &str); 2] = [("clippy", "cargo-clippy"), ("rustfmt", "cargo-fmt")];

pub(crate) fn add_targets() -> Result<()> {
    let libraries = toolchain()?.join("lib/rustlib");
    add(
        "target",
        [WASM, NO_STD]
            .into_iter()
            .filter(|target| !libraries.join(target).is_dir()),
    )
}

pub(crate) fn add_components() -> Result<()> {
    let programs = toolchain()?.join("bin");
    let missing = COMPONENTS
        .into_iter()
        .filter(|(_, program)| !programs.join(program).is_file());
    add("component", missing.map(|(component, _)| component))
}

/// The programs of LLVM that read what covered code has counted. They have to be of the same
/// version as the LLVM of rustc, so those of the system do not do.
pub(crate) fn add_llvm() -> Result<()> {
    let libraries = toolchain()?.join("lib/rustlib");
    let is_there = fs::read_dir(&libraries)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| entry.path().join("bin/llvm-cov").is_file());
    add("component", (!is_there).then_some("llvm-tools").into_iter())
}

fn add<'a>(kind: &str, missing: impl Iterator<Item = &'a str>) -> Result<()> {
    let missing: Vec<_> = missing.collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut rustup = Command::new("rustup");
    rustup.args([kind, "add"]).args(&missing);
    quietly(&format!("adding the Rust {kind} {}", missing.join(", ")), &mut rustup).map(drop)
}

/// The toolchain's folder: cargo lies in its `bin`. Asking rustc would take longer than all the
/// rest of a warm start.
fn toolchain() -> Result<PathBuf> {
    let cargo = env::var_os("CARGO").context("start this as `cargo xtask`")?;
    let folder = Path::new(&cargo).parent().and_then(Path::parent);
    folder
        .map(Path::to_path_buf)
        .context("cargo does not lie in the `bin` of a toolchain")
}
