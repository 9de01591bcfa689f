//! The proxy, `edgewrit proxy`.

use super::{EdgeProcess, HostKind, ReconfigurableEdge, Setup};
use crate::http::HttpRequest;
use crate::process::{Program, RunningProgram};
use crate::{ports, scratch, tools};
use anyhow::Result;
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The file with the document of the edge.
const CONFIG: &str = "edge.json";

/// Starts the proxy on so many threads, with its files in a folder of its own.
pub(super) fn spawn(setup: &Setup, threads: u32) -> Result<(RunningProgram, SocketAddr)> {
    spawn_in(&scratch::folder("proxy")?, setup, threads)
}

/// As [`spawn`], with its files in `folder`.
pub(super) fn spawn_in(folder: &Path, setup: &Setup, threads: u32) -> Result<(RunningProgram, SocketAddr)> {
    let address = ports::free()?;
    Ok((program(folder, setup, threads, address)?.start()?, address))
}

/// As [`spawn`], with the authorities in the file `ca` in place of those of the system.
pub(super) fn spawn_trusting(setup: &Setup, ca: &Path) -> Result<(RunningProgram, SocketAddr)> {
    let address = ports::free()?;
    let program = program(&scratch::folder("proxy")?, setup, 1, address)?;
    Ok((program.env("SSL_CERT_FILE", &ca.to_string_lossy()).start()?, address))
}

/// The proxy with its files in `folder`, listening on `address`.
fn program(folder: &Path, setup: &Setup, threads: u32, address: SocketAddr) -> Result<Program> {
    write_config(folder, setup)?;
    let program = Program::new("edgewrit proxy", &tools::dist("edgewrit")?)
        .arg("proxy")
        .arg("--config")
        .arg(folder.join(CONFIG))
        .arg("--records")
        .arg(folder.join("records"))
        .args(["--listen", &address.to_string(), "--threads", &threads.to_string()]);
    let secrets = setup.secrets.iter();
    Ok(secrets.fold(program, |program, (name, value)| program.env(name, value)))
}

/// Replaces the file of the configuration in one step, so that the proxy never reads half of it.
fn write_config(folder: &Path, setup: &Setup) -> Result<()> {
    let partial = folder.join("partial.json");
    fs::write(&partial, setup.document.to_string())?;
    Ok(fs::rename(partial, folder.join(CONFIG))?)
}

/// A proxy that reloads the file with its configuration.
#[derive(Debug)]
pub(super) struct ReloadingProxy {
    edge: EdgeProcess,
    admin: SocketAddr,
    folder: PathBuf,
}

impl ReloadingProxy {
    /// Starts the proxy with `setup` on so many threads.
    ///
    /// # Errors
    /// If the proxy does not start.
    pub(super) fn start(setup: &Setup, threads: u32) -> Result<Self> {
        let (address, admin, folder) = (ports::free()?, ports::free()?, scratch::folder("proxy")?);
        let program = program(&folder, setup, threads, address)?;
        let process = program.args(["--admin", &admin.to_string()]).start()?;
        let kind = HostKind::Proxy;
        let edge = super::listening(EdgeProcess { kind, address, process })?;
        Ok(Self { edge, admin, folder })
    }
}

impl ReconfigurableEdge for ReloadingProxy {
    fn edge(&self) -> &EdgeProcess {
        &self.edge
    }

    fn configure(&self, setup: &Setup) -> Result<()> {
        write_config(&self.folder, setup)
    }

    fn statistics(&self) -> Result<BTreeMap<String, u64>> {
        let answer = HttpRequest::new("GET", "/metrics").send(self.admin)?;
        Ok(String::from_utf8(answer.body)?.lines().filter_map(statistic).collect())
    }
}

/// The name and value of a line such as `edgewrit_verdicts_total{label="permit"} 3`.
fn statistic(line: &str) -> Option<(String, u64)> {
    let (name, value) = line.strip_prefix("edgewrit_")?.split_once(' ')?;
    let (name, label) = name.split_once("{label=\"").unwrap_or((name, ""));
    let name = name.strip_suffix("_total").unwrap_or(name);
    let name = match label.strip_suffix("\"}") {
        Some(label) => format!("{name}_{label}"),
        None => name.to_owned(),
    };
    Some((name, value.parse().ok()?))
}
