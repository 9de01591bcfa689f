//! The Worker in workerd.

use super::Setup;
use crate::process::{Program, RunningProgram};
use crate::{ports, scratch, tools};
use anyhow::{Context as _, Result, bail};
use serde_json::json;
use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

/// The name of the configuration's binding, as in `wrangler.toml`.
const CONFIG: &str = "EDGEWRIT_CONFIG";
/// The module of the validator.
pub(super) const MODULE: &str = "index_bg.wasm";

pub(super) fn spawn(setup: &Setup) -> Result<(RunningProgram, SocketAddr)> {
    spawn_from(&tools::dist("worker")?, setup, None)
}

/// With `module` in the validator's place.
pub(super) fn spawn_with(setup: &Setup, module: &[u8]) -> Result<(RunningProgram, SocketAddr)> {
    spawn_from(&tools::dist("worker")?, setup, Some(module))
}

/// The Worker of the folder `worker`, with `module` in the validator's place if there is one.
pub(super) fn spawn_from(worker: &Path, setup: &Setup, module: Option<&[u8]>) -> Result<(RunningProgram, SocketAddr)> {
    let address = ports::free()?;
    let folder = scratch::folder("workerd")?;
    let modules = copy_modules(worker, &folder)?;
    if let Some(module) = module {
        fs::write(folder.join(MODULE), module)?;
    }
    fs::write(folder.join("edge.json"), setup.document.to_string())?;
    let config = folder.join("workerd.capnp");
    fs::write(&config, capnp(address, &modules, setup))?;
    let program = Program::new("workerd", &tools::workerd()?)
        .arg("serve")
        .arg("--verbose")
        .arg(config);
    Ok((program.start()?, address))
}

/// As `wrangler dev` runs it, which brings a queue along: what is put into it comes to the same
/// Worker.
pub(super) fn spawn_queued(setup: &Setup) -> Result<(RunningProgram, SocketAddr)> {
    const QUEUE: &str = "records";
    let address = ports::free()?;
    let folder = scratch::folder("wrangler")?;
    copy_modules(&tools::dist("worker")?, &folder)?;
    let mut vars = json!(setup.secrets);
    if let Some(vars) = vars.as_object_mut() {
        vars.insert(CONFIG.into(), setup.document.to_string().into());
    }
    let config = json!({
        "name": "edgewrit",
        "main": "index.js",
        "compatibility_date": "2026-04-01",
        "no_bundle": true,
        "rules": [{"type": "CompiledWasm", "globs": ["*.wasm"]}],
        "vars": vars,
        "queues": {
            "producers": [{"binding": "RECORDS", "queue": QUEUE}],
            "consumers": [{"queue": QUEUE, "max_batch_timeout": 1}],
        },
    });
    let file = folder.join("wrangler.json");
    fs::write(&file, config.to_string())?;
    let program = Program::new("wrangler dev", &tools::wrangler()?)
        .arg("dev")
        .arg("--config")
        .arg(file)
        .args(["--ip", &address.ip().to_string(), "--port", &address.port().to_string()])
        .args(["--inspector-port", "0", "--show-interactive-dev-session=false"])
        .env("CI", "true")
        // It is killed, and what it keeps in temporary files goes away with this folder.
        .env("TMPDIR", &folder.to_string_lossy())
        .env("WRANGLER_SEND_METRICS", "false");
    Ok((program.start()?, address))
}

/// `dist/worker` is what wrangler uploads: one entry module, and the wasm that it imports.
fn copy_modules(from: &Path, to: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry
            .file_name()
            .into_string()
            .ok()
            .context("a module with an odd name")?;
        if name.ends_with(".js") || name.ends_with(".wasm") {
            fs::copy(entry.path(), to.join(&name))?;
            names.push(name);
        }
    }
    // The entry module comes first.
    names.sort_by_key(|name| (name != "index.js", name.clone()));
    match names.first().map(String::as_str) {
        Some("index.js") => Ok(names),
        _ => bail!("`{}` has no `index.js`", from.display()),
    }
}

fn capnp(address: SocketAddr, modules: &[String], setup: &Setup) -> String {
    let modules: Vec<_> = modules
        .iter()
        .map(|name| {
            let kind = if name.ends_with(".js") { "esModule" } else { "wasm" };
            format!(r#"(name = "{name}", {kind} = embed "{name}")"#)
        })
        .collect();
    let mut bindings = format!(r#"(name = "{CONFIG}", text = embed "edge.json")"#);
    for (name, value) in &setup.secrets {
        let _ = write!(bindings, r#", (name = "{name}", text = {value:?})"#);
    }
    format!(
        r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "network", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "{address}", http = (), service = "edge")],
);
const edge :Workerd.Worker = (
  modules = [{}],
  bindings = [{bindings}],
  compatibilityDate = "2026-04-01",
  globalOutbound = "network",
);
"#,
        modules.join(", ")
    )
}
