//! The proxy with the decision taken out, for `cargo xtask load --edge`: `undecided ADDRESS CONFIG
//! RECORDS`.

use anyhow::{Context as _, Result, anyhow, bail};
use edgewrit_edge::config::Config;
use edgewrit_native::{CONNECTIONS, ProxyOptions, decide_nothing, read_fixed, serve};
use mimalloc::MiMalloc;
use std::sync::Arc;
use std::{env, fs};
use tokio::runtime;
use tokio::sync::mpsc;

/// The allocator of the proxy.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> Result<()> {
    let args: Vec<_> = env::args().skip(1).collect();
    let [address, config, records] = args.as_slice() else {
        bail!("expected an address, a file and a folder");
    };
    let text = fs::read_to_string(config).context("the configuration")?;
    let config = Config::read(&text, &|name| env::var(name).ok());
    let options = ProxyOptions {
        listen: address.parse()?,
        tls: None,
        connections: CONNECTIONS,
        admin: None,
        records: records.into(),
        prints_audit_head: true,
        log: Arc::default(),
        threads: 1,
        forward_auth: None,
    };
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let config = config.map_err(|faults| anyhow!("{faults:?}"))?;
    decide_nothing();
    let (_signal, signals) = mpsc::channel(1);
    Ok(runtime.block_on(serve(&options, read_fixed(config), |_| {}, signals))?)
}
