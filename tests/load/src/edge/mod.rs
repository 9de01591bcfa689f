//! The cost of an edge for its hosts: each variant in turns, on one core, beside the host without
//! the edge and the nearest alternative.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::task::LocalSet;

mod answer;
mod around;
mod envoy;
mod host;
mod in_envoy;
mod in_proxy;
mod in_workerd;
mod proxy;
mod requests;
mod turns;
mod workerd;
mod writs;

use around::Around;
use turns::{Turns, Variant};

/// Rows of the table of operations.
const OPERATIONS: usize = 100;
/// The credential of the edge, and the credential of the upstream.
const SECRET: &str = "a secret of the usual length 0123";
/// The names of the two secrets in the document.
const SECRETS: [(&str, &str); 2] = [("EDGE_KEY", SECRET), ("TRAVEL_KEY", SECRET)];

/// Options of the measurement.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Another build of the filter, measured beside the one in `dist/` under the name of its file
    #[arg(long)]
    other: Vec<PathBuf>,
    /// Only variants with one of these texts in their names
    #[arg(long)]
    only: Vec<String>,
}

pub(crate) async fn measure(options: &Options, rounds: usize, time: Duration) -> Result<()> {
    let turns = Turns { rounds, time };
    let all = async {
        let around = Around::start().await?;
        in_envoy::measure(&around, options, &turns).await?;
        in_workerd::measure(&around, options, &turns).await?;
        in_proxy::measure(&around, options, &turns).await
    };
    LocalSet::new().run_until(all).await
}

impl Options {
    /// The variants that are to be measured.
    fn select(&self, mut variants: Vec<Variant>) -> Vec<Variant> {
        let named = |variant: &Variant| self.only.iter().any(|part| variant.name.contains(&**part));
        variants.retain(|variant| self.only.is_empty() || named(variant));
        variants
    }
}

/// Method and path of one row of the table.
fn operation(index: usize) -> (&'static str, String) {
    match index {
        50 => ("GET", "/flights".to_owned()),
        51 => ("POST", "/bookings".to_owned()),
        _ => ("GET", format!("/other-{index}/{{id}}")),
    }
}

/// The edge's document.
fn document(around: &Around) -> Result<Value> {
    let operations: Vec<_> = (0..OPERATIONS)
        .map(|index| {
            let (method, path) = operation(index);
            let name = format!("{method} {path}");
            match index {
                50 => json!({"match": name, "upstream": "travel", "action": "search", "resource": "flights",
                    "params": {"from": "query.from", "to": "query.to", "date": "query.date"}}),
                51 => json!({"match": name, "upstream": "travel", "action": "book", "resource": "tickets",
                    "params": {"user": "body./passenger/user", "seats": {"from": "body./seats", "type": "integer"}},
                    "ignore": ["body./wishes"]}),
                _ => json!({"match": name, "upstream": "travel", "action": "read", "resource": "other:{id}"}),
            }
        })
        .collect();
    Ok(json!({
        "issuer": around.issuer.url,
        "trust": [around.issuer.pin()?],
        "edge": {"id": "edge-7", "credential": "${secret:EDGE_KEY}"},
        "audience": writs::AUDIENCE,
        "upstreams": {"travel": {"origin": around.origin(), "credential": {"set": {"authorization": "Bearer ${secret:TRAVEL_KEY}"}}}},
        "operations": operations,
    }))
}

/// An address on loopback whose port was free a moment ago.
fn free_address() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// The value of an environment variable that `cargo xtask` sets.
fn read_variable(variable: &str) -> Result<PathBuf> {
    let path = std::env::var_os(variable)
        .with_context(|| format!("`{variable}` is not set: run `cargo xtask load --edge`"))?;
    Ok(path.into())
}
