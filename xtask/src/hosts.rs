//! The real hosts, as the tests start them.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::tools;

/// Stands in the place of a host's binary, leaves a mark and becomes the binary: a host that no test started shows.
const WITNESS: &str = "#!/bin/sh\n: > \"$0.ran\"\nexec \"$0.real\" \"$@\"\n";

/// The hosts' binaries, and whether they were run.
pub(crate) struct Hosts {
    envoy: PathBuf,
    workerd: PathBuf,
}

impl Hosts {
    /// The installed binaries themselves.
    pub(crate) fn installed(project: &Project) -> Result<Self> {
        Ok(Self {
            envoy: tools::envoy_binary(project)?,
            workerd: tools::workerd_binary(project)?,
        })
    }

    /// The installed binaries, each behind a witness.
    pub(crate) fn witnessed(project: &Project) -> Result<Self> {
        let real = Self::installed(project)?;
        let folder = project.scratch("hosts")?;
        Ok(Self {
            envoy: witness(&folder, "envoy", &real.envoy)?,
            workerd: witness(&folder, "workerd", &real.workerd)?,
        })
    }

    /// Tells `command` where the hosts and what was built are.
    pub(crate) fn tell(&self, project: &Project, command: &mut Command) {
        command
            .env("EDGEWRIT_ENVOY_BIN", &self.envoy)
            .env("EDGEWRIT_WORKERD_BIN", &self.workerd)
            .env("EDGEWRIT_DIST", project.dist());
    }

    /// Fails if a host was not run since it got its witness.
    pub(crate) fn were_run(&self) -> Result<()> {
        let idle = [&self.envoy, &self.workerd]
            .into_iter()
            .filter(|host| !host.with_extension("ran").exists());
        let idle: Vec<_> = idle.filter_map(|host| host.file_name()?.to_str()).collect();
        if !idle.is_empty() {
            bail!("no test ran {}", idle.join(", nor "));
        }
        Ok(())
    }
}

fn witness(folder: &Path, name: &str, real: &Path) -> Result<PathBuf> {
    let witness = folder.join(name);
    symlink(real, folder.join(format!("{name}.real"))).context("linking a host's binary")?;
    fs::write(&witness, WITNESS).context("writing a host's witness")?;
    fs::set_permissions(&witness, fs::Permissions::from_mode(0o755)).context("making a host's witness executable")?;
    Ok(witness)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_was_not_started_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let witness = |name| witness(folder.path(), name, Path::new("/bin/sh")).unwrap();
        let hosts = Hosts {
            envoy: witness("envoy"),
            workerd: witness("workerd"),
        };
        let started = Command::new(&hosts.envoy).args(["-c", "exit 7"]).status().unwrap();
        assert_eq!(started.code(), Some(7), "the witness becomes the host");
        assert_eq!(hosts.were_run().unwrap_err().to_string(), "no test ran workerd");
    }
}
