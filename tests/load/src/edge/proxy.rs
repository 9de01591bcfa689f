//! The proxies: each is a process on the first core.

use super::around::Around;
use super::host::{self, LoadHost};
use super::{SECRETS, document, read_variable};
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// A proxy that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProxyKind {
    /// The proxy of Edgewrit.
    Edgewrit,
    /// The same proxy, for writs that it has not seen.
    NewWrits,
    /// The same proxy with the decision taken out.
    Undecided,
    /// nginx, which permits everything.
    Nginx,
}

/// The path of nginx, if it is measured.
pub(super) fn nginx_binary() -> Option<PathBuf> {
    std::env::var_os("EDGEWRIT_NGINX_BIN").map(PathBuf::from)
}

/// Starts a proxy with its files in `folder`.
pub(super) fn start(folder: &Path, around: &Around, kind: ProxyKind, address: SocketAddr) -> Result<LoadHost> {
    let folder = folder.join(format!("{kind:?}"));
    fs::create_dir(&folder)?;
    let mut command = match kind {
        ProxyKind::Edgewrit | ProxyKind::NewWrits => edgewrit(&folder, &document(around)?, address)?,
        ProxyKind::Undecided => undecided(&folder, &document(around)?, address)?,
        ProxyKind::Nginx => nginx(&folder, around, address)?,
    };
    command.envs(SECRETS);
    let log = folder.join("log");
    LoadHost::start(command, File::options().append(true).create(true).open(log)?, address)
}

fn edgewrit(folder: &Path, document: &Value, address: SocketAddr) -> Result<Command> {
    let config = folder.join("edge.json");
    fs::write(&config, document.to_string())?;
    let mut command = host::on_first_core(&read_variable("EDGEWRIT_LOAD_PROXY")?);
    command.args(["proxy", "--threads", "1", "--listen", &address.to_string()]);
    command
        .arg("--config")
        .arg(config)
        .arg("--records")
        .arg(folder.join("records"));
    Ok(command)
}

fn undecided(folder: &Path, document: &Value, address: SocketAddr) -> Result<Command> {
    let config = folder.join("edge.json");
    fs::write(&config, document.to_string())?;
    let mut command = host::on_first_core(&read_variable("EDGEWRIT_LOAD_UNDECIDED")?);
    command.arg(address.to_string()).arg(config).arg(folder.join("records"));
    Ok(command)
}

/// nginx with one worker, connections to the upstream that persist, and no log of requests.
fn nginx(folder: &Path, around: &Around, address: SocketAddr) -> Result<Command> {
    let config = folder.join("nginx.conf");
    let text = format!(
        "daemon off; master_process off; pid {folder}/pid; error_log {folder}/error warn;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000000;
  upstream api {{ server {upstream}; keepalive 64; keepalive_requests 1000000000; }}
  server {{
    listen {address};
    location / {{ proxy_pass http://api; proxy_http_version 1.1; proxy_set_header connection \"\"; }}
  }}
}}
",
        folder = folder.display(),
        upstream = around.upstream,
    );
    fs::write(&config, text)?;
    let mut command = host::on_first_core(&nginx_binary().context("no nginx")?);
    command.arg("-p").arg(folder).arg("-c").arg(config);
    Ok(command)
}
