//! An Envoy whose listener, and with it the configuration of the filter, lies in a file that it
//! watches.

use super::envoy::{Bootstrap, LISTENERS};
use super::{EdgeProcess, HostKind, ReconfigurableEdge, START, Setup};
use crate::http::HttpRequest;
use crate::{ports, scratch, tools};
use anyhow::Result;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

/// The Envoy, and where its configuration lies.
#[derive(Debug)]
pub(super) struct WatchedEnvoy {
    /// The edge.
    edge: EdgeProcess,
    admin: SocketAddr,
    folder: PathBuf,
    filter: PathBuf,
}

impl WatchedEnvoy {
    /// Starts one with `setup` on so many threads.
    ///
    /// # Errors
    /// If it does not start.
    pub(super) fn start(setup: &Setup, threads: u32) -> Result<Self> {
        let filter = tools::dist("edgewrit-envoy.wasm")?;
        let (address, admin, folder) = (ports::free()?, ports::free()?, scratch::folder("listeners")?);
        let mut bootstrap = place(address, setup, &filter, &folder)?;
        bootstrap.administer(admin)?;
        let mut process = bootstrap.spawn_on(threads, &setup.secrets)?;
        process.wait_for("listen", START, || TcpStream::connect(address).ok())?;
        let edge = EdgeProcess {
            kind: HostKind::Envoy,
            address,
            process,
        };
        Ok(Self {
            edge,
            admin,
            folder,
            filter,
        })
    }
}

impl ReconfigurableEdge for WatchedEnvoy {
    fn edge(&self) -> &EdgeProcess {
        &self.edge
    }

    fn configure(&self, setup: &Setup) -> Result<()> {
        place(self.edge.address, setup, &self.filter, &self.folder).map(drop)
    }

    fn statistics(&self) -> Result<BTreeMap<String, u64>> {
        const PREFIX: &str = "wasmcustom.edgewrit.";
        let answer = HttpRequest::new("GET", &format!("/stats?filter={PREFIX}")).send(self.admin)?;
        let text = String::from_utf8(answer.body)?;
        let line = |line: &str| {
            let (name, value) = line.strip_prefix(PREFIX)?.split_once(": ")?;
            Some((name.replace('.', "_"), value.parse().ok()?))
        };
        Ok(text.lines().filter_map(line).collect())
    }
}

/// Writes the listener into `folder`; answers with the rest.
fn place(address: SocketAddr, setup: &Setup, filter: &Path, folder: &Path) -> Result<Bootstrap> {
    let mut bootstrap = Bootstrap::shipped(address)?.configured(setup)?;
    bootstrap.set_filter(filter)?;
    let mut listener = bootstrap.watch(folder)?;
    if let Some(listener) = listener.as_object_mut() {
        listener.insert(
            "@type".into(),
            "type.googleapis.com/envoy.config.listener.v3.Listener".into(),
        );
    }
    let partial = scratch::folder("listener")?.join(LISTENERS);
    fs::write(&partial, json!({"resources": [listener]}).to_string())?;
    // Envoy looks when something is moved into the folder.
    fs::rename(partial, folder.join(LISTENERS))?;
    Ok(bootstrap)
}
