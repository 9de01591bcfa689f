//! Cargo's own tools, at the versions in `tools/crates.json`, built from source with the lock files they were
//! published with.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::installed;
use crate::cargo::cargo;
use crate::progress::silently;
use crate::project::Project;

const LOCK: &str = "crates.json";

/// Unoptimised: these tools run for seconds, and optimising them takes minutes.
const PROFILE: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
];

pub(crate) fn install(project: &Project, name: &str) -> Result<()> {
    let version = pinned(project, name)?;
    if is_on_path(name, &version) {
        return Ok(());
    }
    installed::once(
        project,
        name,
        &version,
        &format!("{name} {version} (about 2 minutes, once)"),
        |folder| {
            let mut install = cargo(project);
            install
                .args([
                    "install",
                    "--quiet",
                    "--locked",
                    "--no-track",
                    "--version",
                    &format!("={version}"),
                    "--root",
                ])
                .arg(folder)
                .arg(name)
                .envs(PROFILE)
                .env_remove("CARGO_TARGET_DIR");
            silently(&mut install).map(drop)
        },
    )
}

/// The program of that name: the machine's own if it is of the pinned version, else the installed one.
pub(crate) fn program(project: &Project, name: &str) -> Result<PathBuf> {
    if is_on_path(name, &pinned(project, name)?) {
        return Ok(PathBuf::from(name));
    }
    Ok(project.installed().join(name).join("bin").join(name))
}

fn pinned(project: &Project, name: &str) -> Result<String> {
    let path = project.pins().join(LOCK);
    let text = fs::read_to_string(&path).with_context(|| format!("reading `{}`", path.display()))?;
    let versions: BTreeMap<String, String> =
        serde_json::from_str(&text).with_context(|| format!("parsing `{}`", path.display()))?;
    versions
        .get(name)
        .cloned()
        .with_context(|| format!("`{}` pins no `{name}`", path.display()))
}

/// `cargo-deny --version` prints `cargo-deny 0.20.2`.
fn is_on_path(name: &str, version: &str) -> bool {
    let Ok(output) = Command::new(name).arg("--version").output() else {
        return false;
    };
    String::from_utf8_lossy(&output.stdout).split_whitespace().nth(1) == Some(version)
}
