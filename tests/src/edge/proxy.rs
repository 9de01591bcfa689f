//! The proxy, `edgewrit proxy`.

use super::{EdgeProcess, HostKind, ReconfigurableEdge, Setup};
use crate::process::{Program, RunningProgram};
use crate::{ports, scratch, tools};
use anyhow::Result;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The file with the document of the edge.
const CONFIG: &str = "edge.json";

/// Starts the proxy on so many threads, with its files in a folder of its own.
pub(super) fn spawn(setup: &Setup, threads: u32) -> Result<(RunningProgram, SocketAddr)> {
    spawn_in(&scratch::folder("proxy")?, setup, threads)
}

fn spawn_in(folder: &Path, setup: &Setup, threads: u32) -> Result<(RunningProgram, SocketAddr)> {
    let address = ports::free()?;
    write_config(folder, setup)?;
    let program = Program::new("edgewrit proxy", &tools::dist("edgewrit")?)
        .arg("proxy")
        .arg("--config")
        .arg(folder.join(CONFIG))
        .arg("--records")
        .arg(folder.join("records"))
        .args(["--listen", &address.to_string(), "--threads", &threads.to_string()]);
    let program = setup
        .secrets
        .iter()
        .fold(program, |program, (name, value)| program.env(name, value));
    Ok((program.start()?, address))
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
    folder: PathBuf,
}

impl ReloadingProxy {
    /// Starts the proxy with `setup` on so many threads.
    ///
    /// # Errors
    /// If the proxy does not start.
    pub(super) fn start(setup: &Setup, threads: u32) -> Result<Self> {
        let folder = scratch::folder("proxy")?;
        let (process, address) = spawn_in(&folder, setup, threads)?;
        let kind = HostKind::Proxy;
        let edge = super::listening(EdgeProcess { kind, address, process })?;
        Ok(Self { edge, folder })
    }
}

impl ReconfigurableEdge for ReloadingProxy {
    fn edge(&self) -> &EdgeProcess {
        &self.edge
    }

    fn configure(&self, setup: &Setup) -> Result<()> {
        write_config(&self.folder, setup)
    }
}
