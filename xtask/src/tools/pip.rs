//! Wheels from PyPI (Python 3.10 or later), checked against the hashes in a file of `tools/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::installed;
use crate::base::progress::{output, silently};
use crate::base::project::{Project, remove};

/// The pins of a file of `tools/`, as one installation.
pub(super) struct Wheels {
    /// The folder in `.tools/`.
    pub(super) name: &'static str,
    /// The file: every package with its version and its hashes.
    pub(super) lock: &'static str,
    /// Completes "installing …".
    pub(super) about: &'static str,
    /// Whether what is installed is for the Python that installs it, and has to be installed again
    /// for another.
    pub(super) for_this_python: bool,
}

/// Installs `wheels`, unless they are there. Nothing that is installed runs code while it is
/// installed.
pub(super) fn install(project: &Project, wheels: &Wheels) -> Result<()> {
    let lock = project.pins().join(wheels.lock);
    let mut pin = fs::read_to_string(&lock).with_context(|| format!("reading `{}`", lock.display()))?;
    if wheels.for_this_python {
        pin.push_str(&version()?);
    }
    installed::once(project, wheels.name, &pin, wheels.about, |folder| unpack(&lock, folder))
}

/// Unpacks the wheels that the file `lock` pins into `folder`.
pub(super) fn unpack(lock: &Path, folder: &Path) -> Result<()> {
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
    .arg(lock)
    .arg("--target")
    .arg(folder)
    .env("PIP_USER", "0");
    silently(&mut pip)?;
    remove(&own)
}

/// The version text of Python: `Python 3.11.7`.
fn version() -> Result<String> {
    let said = silently(Command::new(SYSTEM).arg("--version"))?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

/// The system's.
const SYSTEM: &str = "python3";

/// A Python that has pip: the system's, or one of our own where the system's has none.
fn python(own: &Path) -> Result<PathBuf> {
    let pip = output(Command::new(SYSTEM).args(["-m", "pip", "--version"]))?;
    if pip.status.success() {
        return Ok(PathBuf::from(SYSTEM));
    }
    silently(Command::new(SYSTEM).args(["-m", "venv"]).arg(own)).context("the system's Python has no pip")?;
    Ok(own.join("bin/python"))
}
