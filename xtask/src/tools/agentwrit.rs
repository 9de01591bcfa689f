//! The SDK of AgentWrit as it is published: a client of another project.

use std::path::PathBuf;

use anyhow::Result;

use super::pip::{self, Wheels};
use crate::base::project::Project;

const WHEELS: Wheels = Wheels {
    name: "agentwrit",
    lock: "agentwrit.txt",
    about: "the SDK of AgentWrit (6 MB, once)",
    for_this_python: true,
};

pub(crate) fn install(project: &Project) -> Result<()> {
    pip::install(project, &WHEELS)
}

/// The folder that a Python finds it in.
pub(crate) fn packages(project: &Project) -> PathBuf {
    project.installed().join(WHEELS.name)
}
