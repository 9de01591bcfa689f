//! The real hosts, as the tests start them.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::base::project::Project;
use crate::build::{Artifact, EVERYTHING};
use crate::tools;

/// Stands in the place of a host's binary, leaves a mark and becomes the binary: a host that no
/// test started shows.
const WITNESS: &str = "#!/bin/sh\n: > \"$0.ran\"\nexec \"$0.real\" \"$@\"\n";

/// The hosts' binaries, and whether they were run.
pub(crate) struct Hosts(Vec<HostCheck>);

struct HostCheck {
    name: &'static str,
    /// The environment variable with the path of `binary`.
    variable: &'static str,
    binary: PathBuf,
}

impl Hosts {
    /// The installed binaries themselves of the hosts that `parts` run in.
    pub(crate) fn installed(project: &Project, parts: &[Artifact]) -> Result<Self> {
        let host = |part: &Artifact| match part {
            Artifact::Edgewrit => None,
            Artifact::Envoy => Some(("envoy", "EDGEWRIT_ENVOY_BIN", tools::envoy_binary(project))),
            Artifact::Worker => Some(("workerd", "EDGEWRIT_WORKERD_BIN", tools::workerd_binary(project))),
        };
        let hosts = parts.iter().filter_map(host).map(|(name, variable, binary)| {
            Ok(HostCheck {
                name,
                variable,
                binary: binary?,
            })
        });
        hosts.collect::<Result<_>>().map(Self)
    }

    /// All installed binaries, each behind a witness.
    pub(crate) fn witnessed(project: &Project) -> Result<Self> {
        let mut hosts = Self::installed(project, &EVERYTHING)?;
        let folder = project.scratch("hosts")?;
        for host in &mut hosts.0 {
            host.binary = witness(&folder, host.name, &host.binary)?;
        }
        Ok(hosts)
    }

    /// Tells `command` where the hosts and what was built are.
    pub(crate) fn tell(&self, project: &Project, command: &mut Command) {
        command.envs(self.0.iter().map(|host| (host.variable, &host.binary)));
        command.env("EDGEWRIT_DIST", project.dist());
    }

    /// Fails if a host was not run since it got its witness.
    pub(crate) fn were_run(&self) -> Result<()> {
        let idle = self.0.iter().filter(|host| !host.binary.with_extension("ran").exists());
        let idle: Vec<_> = idle.map(|host| host.name).collect();
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

    /// The hosts of `parts` in a project that has Envoy alone installed.
    fn where_envoy_is_installed(parts: &[Artifact]) -> Result<Hosts> {
        let folder = tempfile::tempdir().unwrap();
        let binary = folder.path().join(".tools/envoy/envoy/_bin/envoy");
        fs::create_dir_all(binary.parent().unwrap()).unwrap();
        fs::write(binary, "").unwrap();
        Hosts::installed(&Project::at(folder.path()), parts)
    }

    #[test]
    fn only_the_hosts_that_are_asked_for_have_to_be_there() {
        let hosts = where_envoy_is_installed(&[Artifact::Edgewrit, Artifact::Envoy]).unwrap();
        let mut command = Command::new("demo");
        hosts.tell(&Project::at(Path::new("/p")), &mut command);
        let told: Vec<_> = command.get_envs().filter_map(|(name, _)| name.to_str()).collect();
        assert_eq!(told, ["EDGEWRIT_DIST", "EDGEWRIT_ENVOY_BIN"]);
        assert!(where_envoy_is_installed(&EVERYTHING).is_err(), "workerd is missing");
    }

    #[test]
    fn a_host_that_was_not_started_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let host = |name| HostCheck {
            name,
            variable: "",
            binary: witness(folder.path(), name, Path::new("/bin/sh")).unwrap(),
        };
        let hosts = Hosts(vec![host("envoy"), host("workerd")]);
        let started = Command::new(&hosts.0[0].binary)
            .args(["-c", "exit 7"])
            .status()
            .unwrap();
        assert_eq!(started.code(), Some(7), "the witness becomes the host");
        assert_eq!(hosts.were_run().unwrap_err().to_string(), "no test ran workerd");
    }
}
