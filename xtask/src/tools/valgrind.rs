//! Valgrind, whose tool callgrind counts instructions: the machine's own, or Debian's package,
//! unpacked.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::debian::{self, launcher};
use super::installed;
use crate::base::progress::{output, silently};
use crate::base::project::Project;

const NAME: &str = "valgrind";

/// Starts the valgrind that lies beside this file.
const LAUNCHER: &str = r#"#!/bin/sh
home=$(cd "$(dirname "$0")" && pwd)/usr
VALGRIND_LIB=$home/libexec/valgrind exec "$home/bin/valgrind.bin" "$@"
"#;

pub(super) fn install(project: &Project) -> Result<()> {
    if is_on_path() {
        return Ok(());
    }
    if !debian::is_here() {
        bail!("instructions are counted by valgrind: install it");
    }
    installed::once(project, NAME, LAUNCHER, "valgrind (14 MB, once)", unpack)
}

/// The program.
pub(crate) fn program(project: &Project) -> PathBuf {
    if is_on_path() {
        return PathBuf::from(NAME);
    }
    project.installed().join(NAME).join(NAME)
}

fn is_on_path() -> bool {
    let version = output(Command::new(NAME).arg("--version"));
    version.is_ok_and(|version| version.status.success())
}

fn unpack(folder: &Path) -> Result<()> {
    debian::unpack(folder, "valgrind", || Ok(vec![NAME.to_owned()]))?;
    launcher(folder, NAME, LAUNCHER)?;
    // Whether it finds its own parts, and can run what this machine runs.
    let mut count = Command::new(folder.join(NAME));
    silently(count.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "true"])).map(drop)
}
