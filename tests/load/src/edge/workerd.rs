//! One workerd with a socket and an isolate for every Worker, all on one thread: the shipped Worker
//! of Edgewrit, and the Workers beside it.

use super::around::Around;
use super::host::{self, LoadHost};
use super::writs::AUDIENCE;
use super::{SECRETS, document, read_variable};
use anyhow::{Context as _, Result};
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::Path;

/// The Worker that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worker {
    /// The Worker `tests/load/workers/empty.js`.
    Empty,
    /// The Worker of Edgewrit.
    Edgewrit,
    /// The Worker of Edgewrit, for writs that it has not seen.
    NewWrits,
    /// The Worker `tests/load/workers/jose.js`.
    Jose,
    /// The same Worker, which answers by itself where it would forward.
    JoseAlone,
}

/// The modules of the Worker of Edgewrit, the entry module first.
const OURS: [&str; 2] = ["index.js", "index_bg.wasm"];
const EMPTY: &str = "empty.js";
const JOSE: &str = "jose.js";

/// Starts workerd with one socket for each of `workers`.
pub(super) fn start(folder: &Path, around: &Around, workers: &[(SocketAddr, Worker)]) -> Result<LoadHost> {
    let (ours, others) = (
        read_variable("EDGEWRIT_DIST")?.join("worker"),
        read_variable("EDGEWRIT_LOAD_WORKERS")?,
    );
    for (from, names) in [(ours, OURS), (others, [EMPTY, JOSE])] {
        for name in names {
            fs::copy(from.join(name), folder.join(name)).with_context(|| format!("copying `{name}`"))?;
        }
    }
    let config = folder.join("workerd.capnp");
    fs::write(&config, capnp(around, workers)?)?;
    let mut command = host::on_first_core(&read_variable("EDGEWRIT_WORKERD_BIN")?);
    // The Worker of Edgewrit writes a line for each verdict. Without `--verbose` workerd would not
    // write it.
    command.args(["serve", "--verbose"]).arg(config);
    let log = folder.join("workerd.log");
    let first = workers.first().context("no Workers")?.0;
    LoadHost::start(command, File::options().append(true).create(true).open(log)?, first)
}

fn capnp(around: &Around, workers: &[(SocketAddr, Worker)]) -> Result<String> {
    let (mut services, mut sockets) = (Vec::new(), Vec::new());
    for (index, (address, worker)) in workers.iter().enumerate() {
        let (modules, bindings) = (modules(*worker), bindings(around, *worker)?);
        services.push(format!(
            r#"(name = "{index}", worker = (modules = [{modules}], bindings = [{bindings}], compatibilityDate = "2026-04-01", globalOutbound = "network"))"#
        ));
        sockets.push(format!(
            r#"(name = "{index}", address = "{address}", http = (), service = "{index}")"#
        ));
    }
    let (services, sockets) = (services.join(", "), sockets.join(", "));
    Ok(format!(
        r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "network", network = (allow = ["private"])), {services}],
  sockets = [{sockets}],
);
"#
    ))
}

fn modules(worker: Worker) -> String {
    let names: &[&str] = match worker {
        Worker::Empty => &[EMPTY],
        Worker::Edgewrit | Worker::NewWrits => &OURS,
        Worker::Jose | Worker::JoseAlone => &[JOSE],
    };
    let module = |name: &&str| {
        let kind = if name.ends_with(".js") { "esModule" } else { "wasm" };
        format!(r#"(name = "{name}", {kind} = embed "{name}")"#)
    };
    names.iter().map(module).collect::<Vec<_>>().join(", ")
}

fn bindings(around: &Around, worker: Worker) -> Result<String> {
    let mut values = match worker {
        Worker::Empty => Vec::new(),
        Worker::Edgewrit | Worker::NewWrits => vec![("EDGEWRIT_CONFIG", document(around)?.to_string())],
        Worker::Jose | Worker::JoseAlone => vec![
            ("JWK", around.issuer.writ_key()?.to_string()),
            ("ISSUER", around.issuer.url.clone()),
            ("AUDIENCE", AUDIENCE.to_owned()),
        ],
    };
    match worker {
        Worker::Edgewrit | Worker::NewWrits => values.extend(SECRETS.map(|(name, secret)| (name, secret.to_owned()))),
        Worker::Empty | Worker::Jose => values.push(("ORIGIN", around.origin())),
        Worker::JoseAlone => {}
    }
    let binding = |(name, value): &(&str, String)| format!(r#"(name = "{name}", text = {value:?})"#);
    Ok(values.iter().map(binding).collect::<Vec<_>>().join(", "))
}
