//! The servers: each runs on the first core, from a start to a stop.

use crate::wire::{OpenConnection, get};
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout};

/// The operator's secret in the AgentWrit API.
pub(crate) const SECRET: &str = "a secret that is long enough";
/// The ceiling of the client.
const CEILING: &str = r#"[{"audience":"https://travel.example","ttl_max":"24h","grants":[
    {"type":"writ","actions":["search"],"resources":["flights"]},
    {"type":"writ","actions":["book"],"resources":["tickets"]}]}]"#;
/// Ticks of a second in `/proc`, on every system that has it.
const TICKS: f64 = 100.0;
/// The time for a server to start or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that runs.
pub(crate) struct LoadServer {
    child: Child,
    pub(crate) address: SocketAddr,
    data: PathBuf,
    /// Time from the start to the first answer.
    pub(crate) started: Duration,
}

impl LoadServer {
    /// `edgewrit serve` on the data directory at `data`.
    pub(crate) async fn issuer(edgewrit: &Path, data: &Path) -> Result<Self> {
        let mut command = on_core(0, edgewrit);
        command
            .arg("serve")
            .arg("--data")
            .arg(data)
            .args(["--listen", "127.0.0.1:0", "--log", "error"]);
        command.env("EDGEWRIT_ADMIN_SECRET", SECRET);
        Self::start(command, data).await
    }

    /// The endpoint that only signs.
    pub(crate) async fn bare() -> Result<Self> {
        let mut command = on_core(0, &std::env::current_exe()?);
        command.arg("bare");
        Self::start(command, Path::new("")).await
    }

    async fn start(mut command: Command, data: &Path) -> Result<Self> {
        let began = Instant::now();
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let line = timeout(PATIENCE, lines.next_line()).await??.context("it ended")?;
        let address = line.rsplit("//").next().context("no address")?.parse()?;
        let answer = OpenConnection::open(address).await?.ask(&get("/healthz")).await?;
        ensure!(answer.status == 200, "not healthy");
        Ok(Self {
            child,
            address,
            data: data.to_owned(),
            started: began.elapsed(),
        })
    }

    /// Registers a client. Answers the value of its `authorization` header.
    pub(crate) fn client(&self, edgewrit: &Path) -> Result<String> {
        use base64::Engine as _;
        let ceiling = self.data.join("ceiling.json");
        fs::write(&ceiling, CEILING)?;
        let mut add = std::process::Command::new(edgewrit);
        add.args(["client", "add", "load", "--json", "--ceiling"])
            .arg(&ceiling)
            .arg("--data")
            .arg(&self.data);
        let output = add.output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let client: Value = serde_json::from_slice(&output.stdout)?;
        let text = |name: &str| client.get(name).and_then(Value::as_str).unwrap_or_default();
        let pair = format!("{}:{}", text("client_id"), text("client_secret"));
        Ok(format!(
            "Basic {}",
            base64::engine::general_purpose::STANDARD.encode(pair)
        ))
    }

    /// Seconds of processor that the server has used.
    pub(crate) fn computed(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id().context("it ended")?))?;
        // The name of the program, which may hold anything, ends with the last parenthesis.
        let (_, fields) = stat.rsplit_once(") ").context("no fields")?;
        let ticks = fields
            .split(' ')
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse::<f64>().ok());
        Ok(ticks.sum::<f64>() / TICKS)
    }

    /// Memory that the server holds, in kilobytes.
    pub(crate) fn resident(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id().context("it ended")?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        kilobytes.context("no VmRSS")
    }

    /// Stops the server in order.
    pub(crate) async fn stop(&mut self) -> Result<()> {
        let id = self.child.id().context("it ended")?.to_string();
        Command::new("kill").arg(id).status().await?;
        let ended = timeout(PATIENCE, self.child.wait()).await??;
        if !ended.success() {
            bail!("{ended}");
        }
        Ok(())
    }
}

/// A command that runs on one core.
fn on_core(core: usize, program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.arg("--cpu-list").arg(core.to_string()).arg(program);
    command
}
