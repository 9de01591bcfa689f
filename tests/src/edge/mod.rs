//! The real hosts, each with its validator in it.

pub mod envoy;
mod proxy;
mod trap;
mod watched;
mod worker;

pub use trap::trapping_filter;
use watched::WatchedEnvoy;

use crate::clock::poll;
use crate::http::{HttpRequest, HttpResponse};
use crate::process::RunningProgram;
use crate::{ports, tools};
use anyhow::{Result, anyhow, bail, ensure};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

/// The time for a host to start, fetch a bundle and answer. Envoy compiles the filter, which
/// takes a while on a busy machine.
const START: Duration = Duration::from_secs(90);

/// The time by which the line of the log may lag behind the answer.
const LOG: Duration = Duration::from_secs(3);

/// The kind of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostKind {
    /// The filter in Envoy.
    Envoy,
    /// The Worker in workerd.
    Worker,
    /// The proxy, `edgewrit proxy`.
    Proxy,
}

impl HostKind {
    /// Every host.
    pub const ALL: [Self; 3] = [Self::Worker, Self::Envoy, Self::Proxy];

    /// As the demo calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Envoy => "envoy",
            Self::Worker => "worker",
            Self::Proxy => "proxy",
        }
    }

    /// The host with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the host speaks HTTP/2 on a plain socket.
    #[must_use]
    pub fn speaks_plain_http2(self) -> bool {
        self != Self::Worker
    }
}

impl fmt::Display for HostKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The configuration of an edge.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The configuration.
    pub document: Value,
    /// The values of `${secret:NAME}`.
    pub secrets: BTreeMap<String, String>,
}

/// An edge that takes a new configuration while it works.
pub trait ReconfigurableEdge: fmt::Debug + Sync {
    /// The edge.
    fn edge(&self) -> &EdgeProcess;
    /// Lets `setup` be the configuration from now on, if the host takes it. Secrets, upstreams and
    /// issuer stay.
    ///
    /// # Errors
    /// If it cannot be written.
    fn configure(&self, setup: &Setup) -> Result<()>;
    /// The counters and gauges of the edge by name. The parts of a name are joined by `_`:
    /// `verdicts_permit`.
    ///
    /// # Errors
    /// If the host does not answer.
    fn statistics(&self) -> Result<BTreeMap<String, u64>>;
}

/// Starts a host with `setup`, on so many threads, that takes new configurations.
///
/// # Errors
/// If it does not start, or takes no new configuration; what it said is part of the error.
pub fn start_reconfigurable(kind: HostKind, setup: &Setup, threads: u32) -> Result<Box<dyn ReconfigurableEdge>> {
    Ok(match kind {
        HostKind::Envoy => Box::new(WatchedEnvoy::start(setup, threads)?),
        HostKind::Proxy => Box::new(proxy::ReloadingProxy::start(setup, threads)?),
        HostKind::Worker => bail!("an isolate loads its configuration once"),
    })
}

/// A running edge.
#[derive(Debug)]
pub struct EdgeProcess {
    kind: HostKind,
    address: SocketAddr,
    process: RunningProgram,
}

/// Starts a host with `setup`. It listens when this returns; it may not have a bundle yet.
///
/// # Errors
/// If it does not start; what it said is part of the error.
pub fn start(kind: HostKind, setup: &Setup) -> Result<EdgeProcess> {
    listening(spawn(kind, setup)?)
}

/// Starts a host with `setup` and the validator of version 0.1, as it was delivered
/// (`tests/fixtures/edges-0.1`).
///
/// # Errors
/// If it does not start; what it said is part of the error.
pub fn start_version_0_1(kind: HostKind, setup: &Setup) -> Result<EdgeProcess> {
    let delivered = tools::repository().join("tests/fixtures/edges-0.1");
    match kind {
        HostKind::Envoy => start_envoy(setup, 1, &delivered.join("edgewrit-envoy.wasm")),
        HostKind::Worker => {
            let (process, address) = worker::spawn_from(&delivered.join("worker"), setup, None)?;
            listening(EdgeProcess { kind, address, process })
        }
        HostKind::Proxy => bail!("version 0.1 has no proxy"),
    }
}

/// Starts a host with `setup`, on so many threads. A Worker has one.
///
/// # Errors
/// If it does not start; what it said is part of the error.
pub fn start_threads(kind: HostKind, setup: &Setup, threads: u32) -> Result<EdgeProcess> {
    match kind {
        HostKind::Envoy => start_envoy(setup, threads, &tools::dist("edgewrit-envoy.wasm")?),
        HostKind::Proxy => {
            let (process, address) = proxy::spawn(setup, threads)?;
            listening(EdgeProcess { kind, address, process })
        }
        HostKind::Worker => bail!("a Worker has one thread"),
    }
}

/// Starts Envoy with `setup`, on so many threads, with the file `filter` as its filter.
///
/// # Errors
/// If it does not start; what it said is part of the error.
pub fn start_envoy(setup: &Setup, threads: u32, filter: &Path) -> Result<EdgeProcess> {
    let address = ports::free()?;
    let mut bootstrap = envoy::Bootstrap::shipped(address)?.configured(setup)?;
    bootstrap.set_filter(filter)?;
    start_as(&bootstrap, address, setup, threads)
}

/// Starts Envoy as `bootstrap` says, where it listens on `address`.
///
/// # Errors
/// If it does not start; what it said is part of the error.
pub fn start_as(bootstrap: &envoy::Bootstrap, address: SocketAddr, setup: &Setup, threads: u32) -> Result<EdgeProcess> {
    let mut process = bootstrap.spawn_on(threads, &setup.secrets)?;
    process.wait_for("listen", START, || std::net::TcpStream::connect(address).ok())?;
    Ok(EdgeProcess {
        kind: HostKind::Envoy,
        address,
        process,
    })
}

/// Starts a host and does not wait for it.
///
/// # Errors
/// If no process can be made.
pub fn spawn(kind: HostKind, setup: &Setup) -> Result<EdgeProcess> {
    let (process, address) = match kind {
        HostKind::Envoy => envoy::spawn(setup)?,
        HostKind::Worker => worker::spawn(setup)?,
        HostKind::Proxy => proxy::spawn(setup, 1)?,
    };
    Ok(EdgeProcess { kind, address, process })
}

/// Starts a Worker with `setup` that traps on every response to a permitted request.
///
/// # Errors
/// If it does not start; what it said is part of the error.
pub fn start_trapping_worker(setup: &Setup) -> Result<EdgeProcess> {
    let (process, address) = worker::spawn_with(setup, &trap::trapping_worker()?)?;
    listening(EdgeProcess {
        kind: HostKind::Worker,
        address,
        process,
    })
}

/// Starts a Worker with `setup` that is bound to a queue for its records, in which it also finds
/// them again.
///
/// # Errors
/// If it does not start; what it said is part of the error.
pub fn start_queued(setup: &Setup) -> Result<EdgeProcess> {
    let (process, address) = worker::spawn_queued(setup)?;
    listening(EdgeProcess {
        kind: HostKind::Worker,
        address,
        process,
    })
}

/// Starts the proxy with `setup` and with the files, records included, that a proxy before it left in
/// `folder`.
///
/// # Errors
/// If it does not start; what it said is part of the error.
pub fn start_proxy_in(folder: &Path, setup: &Setup) -> Result<EdgeProcess> {
    let (process, address) = proxy::spawn_in(folder, setup, 1)?;
    listening(EdgeProcess {
        kind: HostKind::Proxy,
        address,
        process,
    })
}

/// Starts the proxy with `setup`. It believes the certificates of the authorities in the file `ca`,
/// and no others.
///
/// # Errors
/// If it does not start; what it said is part of the error.
pub fn start_proxy_trusting(setup: &Setup, ca: &Path) -> Result<EdgeProcess> {
    let (process, address) = proxy::spawn_trusting(setup, ca)?;
    listening(EdgeProcess {
        kind: HostKind::Proxy,
        address,
        process,
    })
}

fn listening(mut edge: EdgeProcess) -> Result<EdgeProcess> {
    let address = edge.address;
    edge.process
        .wait_for("listen", START, || std::net::TcpStream::connect(address).ok())?;
    Ok(edge)
}

impl EdgeProcess {
    /// The kind of the host.
    #[must_use]
    pub fn kind(&self) -> HostKind {
        self.kind
    }

    /// The address at which the edge listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process of the host.
    pub fn process(&mut self) -> &mut RunningProgram {
        &mut self.process
    }

    /// The output of the host so far.
    #[must_use]
    pub fn log(&self) -> &crate::process::OutputLog {
        self.process.log()
    }

    /// Waits until a request with `writ`, which must count here, is not refused for want of a
    /// bundle.
    ///
    /// # Errors
    /// If that takes too long.
    pub fn wait_until_ready(&mut self, writ: &str) -> Result<()> {
        let (address, request) = (self.address, HttpRequest::new("GET", "/edgewrit-ready").bearer(writ));
        let answered = |response: &HttpResponse| response.status != 503;
        self.process
            .wait_for("get a bundle", START, || request.send(address).ok().filter(answered))?;
        Ok(())
    }

    /// Sends a request.
    ///
    /// # Errors
    /// If no answer comes.
    pub fn send(&self, request: &HttpRequest) -> Result<HttpResponse> {
        request
            .send(self.address)
            .map_err(|error| anyhow!("{}: {error:#}; it said:\n{}", self.kind, self.log().tail(20)))
    }

    /// Sends a request that the edge must permit.
    ///
    /// # Errors
    /// If no answer comes, or another answer than 200.
    pub fn send_permitted(&self, request: &HttpRequest) -> Result<HttpResponse> {
        let answer = self.send(request)?;
        let HttpResponse { status, .. } = answer;
        ensure!(status == 200, "{}: {status} {}", self.kind, answer.json());
        Ok(answer)
    }

    /// The line of the log that belongs to `response`.
    #[must_use]
    pub fn record(&self, response: &HttpResponse) -> Option<Value> {
        let id = response.request_id()?;
        let marker = format!(r#""{id}""#);
        self.log()
            .find(LOG, |line| line.contains(&marker).then(|| verdict(line)).flatten())
    }

    /// The label in that line.
    #[must_use]
    pub fn label(&self, response: &HttpResponse) -> Option<String> {
        self.record(response)?
            .get("label")
            .and_then(Value::as_str)
            .map(str::to_owned)
    }

    /// The first answer to `request` that has `status`.
    ///
    /// # Errors
    /// If none comes within `wait`; what the host said is part of the error.
    pub fn becomes(&self, request: &HttpRequest, status: u16, wait: Duration) -> Result<HttpResponse> {
        let answered = || self.send(request).ok().filter(|answer| answer.status == status);
        poll(wait, answered).ok_or_else(|| {
            anyhow!(
                "{} never answered {status}; it said:\n{}",
                self.kind,
                self.log().tail(20)
            )
        })
    }
}

/// The verdict that a line of a host's log holds, whatever the host writes around it.
fn verdict(line: &str) -> Option<Value> {
    let at = line.find(r#"{"edgewrit":"verdict""#)?;
    let (_, json) = line.split_at_checked(at)?;
    serde_json::Deserializer::from_str(json).into_iter().next()?.ok()
}
