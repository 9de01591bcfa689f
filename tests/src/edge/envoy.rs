//! The filter in Envoy.

use super::Setup;
use crate::process::{Process, Program};
use crate::{ports, scratch, tools};
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;

pub(super) fn spawn(setup: &Setup) -> Result<(Process, SocketAddr)> {
    let address = ports::free()?;
    let folder = scratch::folder("envoy")?;
    let config = folder.join("envoy.json");
    fs::write(&config, bootstrap(address, setup)?.to_string())?;
    let mut program = Program::new("envoy", &tools::envoy()?)
        .arg("--config-path")
        .arg(config)
        .args(["--concurrency", "1", "--disable-hot-restart", "--use-dynamic-base-id"]);
    for (name, value) in &setup.secrets {
        program = program.env(name, value);
    }
    Ok((program.start()?, address))
}
fn bootstrap(_address: SocketAddr, _setup: &Setup) -> Result<Value> {
    None.context(json!({}).to_string())
}
