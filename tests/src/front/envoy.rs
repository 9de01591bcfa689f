//! Envoy with the configuration that is shipped: `docs/forward-auth/envoy.yaml`, with other
//! addresses and without TLS.

use crate::process::{Program, RunningProgram};
use crate::{scratch, tools, yaml};
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;

const SHIPPED: &str = "docs/forward-auth/envoy.yaml";
const CHAIN: &str = "/static_resources/listeners/0/filter_chains/0";

/// Starts Envoy at `address`. It asks `edge` and sends to `upstream`.
pub(super) fn spawn(address: SocketAddr, edge: SocketAddr, upstream: SocketAddr) -> Result<RunningProgram> {
    let mut bootstrap = yaml::read(&tools::repository().join(SHIPPED))?;
    set(&mut bootstrap, "/static_resources/listeners/0/address", socket(address))?;
    remove(&mut bootstrap, CHAIN, "transport_socket")?;
    for (index, address) in [edge, upstream].into_iter().enumerate() {
        let cluster = format!("/static_resources/clusters/{index}");
        let endpoint = format!("{cluster}/load_assignment/endpoints/0/lb_endpoints/0/endpoint/address");
        set(&mut bootstrap, &endpoint, socket(address))?;
        set(&mut bootstrap, &format!("{cluster}/type"), "STATIC".into())?;
    }
    remove(&mut bootstrap, "/static_resources/clusters/1", "transport_socket")?;
    let config = scratch::folder("envoy")?.join("envoy.json");
    fs::write(&config, bootstrap.to_string())?;
    Program::new("envoy", &tools::envoy()?)
        .arg("--config-path")
        .arg(config)
        .args(["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"])
        .start()
}

fn set(document: &mut Value, pointer: &str, value: Value) -> Result<()> {
    let place = document.pointer_mut(pointer);
    *place.with_context(|| format!("`{SHIPPED}` has nothing at `{pointer}`"))? = value;
    Ok(())
}

fn remove(document: &mut Value, pointer: &str, name: &str) -> Result<()> {
    let object = document.pointer_mut(pointer).and_then(Value::as_object_mut);
    let removed = object.and_then(|object| object.remove(name));
    removed
        .with_context(|| format!("`{SHIPPED}` has no `{name}` at `{pointer}`"))
        .map(drop)
}

fn socket(address: SocketAddr) -> Value {
    json!({"socket_address": {"address": address.ip().to_string(), "port_value": address.port()}})
}
