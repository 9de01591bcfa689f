//! The packages from npm: workerd, wrangler, esbuild, binaryen and jose, as
//! `tools/package-lock.json` pins them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::installed;
use crate::base::progress::silently;
use crate::base::project::Project;

const FOLDER: &str = "npm";
const MANIFEST: &str = "package.json";
const LOCK: &str = "package-lock.json";

pub(crate) fn install(project: &Project) -> Result<()> {
    let about = "workerd, wrangler, esbuild, binaryen and jose (about 15 s, once)";
    install_from(project, &project.pins(), FOLDER, about)
}

/// Installs what the lock file in `pins` pins, as `.tools/<name>`.
pub(super) fn install_from(project: &Project, pins: &Path, name: &str, about: &str) -> Result<()> {
    installed::once(project, name, &text_of(pins)?, about, |folder| {
        for file in [MANIFEST, LOCK] {
            let pin = pins.join(file);
            fs::copy(&pin, folder.join(file)).with_context(|| format!("copying `{}`", pin.display()))?;
        }
        // Nothing that is installed here runs code while it is installed.
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(folder);
        silently(&mut npm)
            .context("installing from npm (needs Node 20.10 or later)")
            .map(drop)
    })
}

/// The pins, the whole text of the lock file.
pub(crate) fn lock(project: &Project) -> Result<String> {
    text_of(&project.pins())
}

fn text_of(pins: &Path) -> Result<String> {
    [MANIFEST, LOCK].iter().map(|file| read(&pins.join(file))).collect()
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()))
}

/// A program that one of the packages brings.
pub(crate) fn program(project: &Project, name: &str) -> PathBuf {
    modules(project).join(".bin").join(name)
}

/// The folder of the packages.
pub(crate) fn modules(project: &Project) -> PathBuf {
    project.installed().join(FOLDER).join("node_modules")
}

/// The workerd binary itself. The program of that name is a launcher whose child outlives it when
/// it is killed.
pub(crate) fn workerd(project: &Project) -> Result<PathBuf> {
    let scope = modules(project).join("@cloudflare");
    let packages = fs::read_dir(&scope).with_context(|| format!("reading `{}`", scope.display()))?;
    packages
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.file_name()
                .and_then(OsStr::to_str)
                .is_some_and(|name| name.starts_with("workerd-"))
        })
        .map(|path| path.join("bin/workerd"))
        .find(|binary| binary.is_file())
        .context("npm has no workerd binary for this machine")
}
