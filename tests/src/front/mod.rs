//! Proxies in front of the edge, which ask it for verdicts (forward auth). Each runs with the
//! configuration that is shipped.

mod envoy;
mod nginx;

pub use nginx::NginxRecipe;

use crate::edge::Setup;
use crate::http::{HttpRequest, HttpResponse};
use crate::process::{OutputLog, Program, RunningProgram};
use crate::{ports, scratch, tools};
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The time for a program to start and to get a bundle.
const START: Duration = Duration::from_secs(60);
/// The time by which the log of the edge may lag behind an answer.
const LOG: Duration = Duration::from_secs(10);

/// The host for which the proxy in front asks, as `tests/stories/fronted.edge.json` names it.
pub const HOST: &str = "edge.example";

/// The kind of the proxy in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrontKind {
    /// nginx with `auth_request`.
    Nginx,
    /// Envoy with `ext_authz`.
    Envoy,
    /// Traefik, which no package has: the tests ask as it asks.
    Traefik,
}

impl FrontKind {
    /// As the command line calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Envoy => "envoy",
            Self::Traefik => "traefik",
        }
    }
}

/// An edge that answers a proxy in front.
#[derive(Debug)]
pub struct AnsweringEdge {
    address: SocketAddr,
    process: RunningProgram,
}

impl AnsweringEdge {
    /// Starts the edge with `setup` and more arguments of `edgewrit proxy`.
    ///
    /// # Errors
    /// If it does not start; its output is part of the error.
    pub fn start(kind: FrontKind, setup: &Setup, arguments: &[&str]) -> Result<Self> {
        let (address, folder) = (ports::free()?, scratch::folder("forward-auth")?);
        let config = folder.join("edge.json");
        fs::write(&config, setup.document.to_string())?;
        let program = Program::new("edgewrit proxy", &tools::dist("edgewrit")?)
            .args(["proxy", "--threads", "1", "--forward-auth", kind.name()])
            .args(["--listen", &address.to_string()])
            .arg("--config")
            .arg(&config)
            .arg("--records")
            .arg(folder.join("records"))
            .args(arguments);
        let secrets = setup.secrets.iter();
        let program = secrets.fold(program, |program, (name, value)| program.env(name, value));
        let mut process = program.start()?;
        process.wait_for("listen", START, || TcpStream::connect(address).ok())?;
        Ok(Self { address, process })
    }

    /// The address at which the edge answers.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The output of the edge so far.
    #[must_use]
    pub fn log(&self) -> &OutputLog {
        self.process.log()
    }

    /// The label of the refusal that the proxy in front has passed on.
    #[must_use]
    pub fn label(&self, response: &HttpResponse) -> Option<String> {
        let id = format!(r#""{}""#, response.request_id()?);
        let record: Value = self.log().find(LOG, |line| {
            line.contains(&id).then(|| serde_json::from_str(line).ok()).flatten()
        })?;
        record.get("label").and_then(Value::as_str).map(str::to_owned)
    }
}

/// A running proxy in front.
#[derive(Debug)]
pub struct FrontProxy {
    address: SocketAddr,
    process: RunningProgram,
}

impl FrontProxy {
    /// Starts nginx with the shipped configuration, which asks `edge` and sends to `upstream`.
    ///
    /// # Errors
    /// If it does not start; its output is part of the error.
    pub fn nginx(edge: SocketAddr, upstream: SocketAddr) -> Result<Self> {
        NginxRecipe::shipped(edge, upstream)?.start()
    }

    /// Starts Envoy with the shipped configuration, which asks `edge` and sends to `upstream`.
    ///
    /// # Errors
    /// If it does not start; its output is part of the error.
    pub fn envoy(edge: SocketAddr, upstream: SocketAddr) -> Result<Self> {
        let address = ports::free()?;
        Self::listening(address, envoy::spawn(address, edge, upstream)?)
    }

    fn listening(address: SocketAddr, mut process: RunningProgram) -> Result<Self> {
        process.wait_for("listen", START, || TcpStream::connect(address).ok())?;
        Ok(Self { address, process })
    }

    /// The address at which the proxy listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a request for [`HOST`], unless it names another host.
    ///
    /// # Errors
    /// If no answer comes.
    pub fn send(&self, request: &HttpRequest) -> Result<HttpResponse> {
        self.send_bytes(&request.bytes(HOST))
    }

    /// Sends a request that is complete as `bytes`.
    ///
    /// # Errors
    /// If no answer comes.
    pub fn send_bytes(&self, bytes: &[u8]) -> Result<HttpResponse> {
        let answer = crate::http::send(self.address, bytes);
        answer.with_context(|| format!("the proxy in front said:\n{}", self.process.log().tail(20)))
    }

    /// Waits until the edge has a bundle: `request` must be permitted.
    ///
    /// # Errors
    /// If that takes too long.
    pub fn wait_until_ready(&mut self, request: &HttpRequest) -> Result<()> {
        let (address, bytes) = (self.address, request.bytes(HOST));
        let is_permitted = |response: &HttpResponse| response.status == 200;
        let ready = || crate::http::send(address, &bytes).ok().filter(is_permitted);
        self.process.wait_for("get a verdict", START, ready).map(drop)
    }
}
