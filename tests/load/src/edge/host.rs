//! A host under load: a process on the first core, and the time of processor that it has used.

use anyhow::{Context as _, Result};
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// The time for a host to listen. Envoy compiles the filter, which takes a while on a busy
/// machine.
const PATIENCE: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(50);

/// A host that runs. It is killed when this is dropped.
pub(super) struct LoadHost {
    child: Child,
    /// The log of the host. The program empties it from time to time: a line for each of a million
    /// requests is a lot.
    log: File,
    listens_at: SocketAddr,
}

/// A command that runs on the first core.
pub(super) fn on_first_core(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", "0"]).arg(program);
    command
}

impl LoadHost {
    /// Starts a host, which may not listen yet.
    pub(super) fn start(mut command: Command, log: File, listens_at: SocketAddr) -> Result<Self> {
        command.stdin(Stdio::null()).kill_on_drop(true);
        command.stdout(log.try_clone()?).stderr(log.try_clone()?);
        Ok(Self {
            child: command.spawn()?,
            log,
            listens_at,
        })
    }

    /// Waits until the host listens.
    pub(super) async fn wait_until_it_listens(&mut self) -> Result<()> {
        let address = self.listens_at;
        let listens = async {
            while tokio::net::TcpStream::connect(address).await.is_err() {
                sleep(PAUSE).await;
            }
        };
        timeout(PATIENCE, listens).await.context("a host does not listen")
    }

    /// Empties the log.
    pub(super) fn empty_log(&self) -> Result<()> {
        Ok(self.log.set_len(0)?)
    }

    /// Microseconds of processor that all threads of the host have used.
    pub(super) fn computed(&self) -> Result<f64> {
        const NANOSECONDS: f64 = 1000.0;
        let id = self.child.id().context("it ended")?;
        let mut sum = 0.0;
        for thread in fs::read_dir(format!("/proc/{id}/task"))? {
            // A thread may end meanwhile.
            let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else {
                continue;
            };
            let first = text.split(' ').next().and_then(|field| field.parse::<f64>().ok());
            sum += first.unwrap_or_default() / NANOSECONDS;
        }
        Ok(sum)
    }
}
