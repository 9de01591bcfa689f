//! Cargo's own tools, at the versions in `tools/crates.json`, built from source with the lock files
//! they were published with.
//!
//! Compiling them takes minutes, so they are kept outside of the checkout, each in a folder of its
//! name and version: another clone finds them there.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::installed;
use crate::base::cargo::cargo;
use crate::base::progress::silently;
use crate::base::project::Project;

const LOCK: &str = "crates.json";

/// Names another folder for the compiled tools.
const FOLDER: &str = "EDGEWRIT_TOOLS";

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
    installed::once_in(
        &compiled(project, |name| env::var_os(name).map(PathBuf::from)),
        &folder(name, &version),
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

/// The program of that name: the machine's own if it is of the pinned version, else the installed
/// one.
pub(crate) fn program(project: &Project, name: &str) -> Result<PathBuf> {
    let version = pinned(project, name)?;
    if is_on_path(name, &version) {
        return Ok(PathBuf::from(name));
    }
    let compiled = compiled(project, |name| env::var_os(name).map(PathBuf::from));
    Ok(compiled.join(folder(name, &version)).join("bin").join(name))
}

fn folder(name: &str, version: &str) -> String {
    format!("{name}-{version}")
}

/// The place of compiled tools: the folder that the environment names, else the user's cache.
fn compiled(project: &Project, variable: impl Fn(&str) -> Option<PathBuf>) -> PathBuf {
    // An empty variable, or a relative path, names no folder.
    let variable = |name| variable(name).filter(|path| path.is_absolute());
    let cache = || variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")));
    variable(FOLDER)
        .or_else(|| Some(cache()?.join("edgewrit/tools")))
        .unwrap_or_else(|| project.installed())
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn compiled_with(variables: &[(&str, &str)]) -> PathBuf {
        compiled(&Project::at(Path::new("/checkout")), |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| PathBuf::from(value))
        })
    }

    #[test]
    fn compiled_tools_are_kept_outside_of_the_checkout() {
        let home = ("HOME", "/home/developer");
        let places = [
            compiled_with(&[home]),
            compiled_with(&[home, ("XDG_CACHE_HOME", "/cache")]),
            compiled_with(&[home, ("XDG_CACHE_HOME", "/cache"), (FOLDER, "/tools")]),
            compiled_with(&[home, ("XDG_CACHE_HOME", ""), (FOLDER, "tools")]),
        ];
        let expected = [
            "/home/developer/.cache/edgewrit/tools",
            "/cache/edgewrit/tools",
            "/tools",
            "/home/developer/.cache/edgewrit/tools",
        ];
        assert_eq!(places, expected.map(PathBuf::from));
    }

    #[test]
    fn without_a_home_compiled_tools_are_kept_in_the_checkout() {
        assert_eq!(compiled_with(&[]), Path::new("/checkout/.tools"));
    }
}
