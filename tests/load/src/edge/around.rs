//! What stands beside a host, on the core of who asks: its issuer, its upstream, and what it is asked.

use super::answer;
use super::requests::Asked;
use super::writs::Issuer;
use anyhow::Result;
use std::cell::{Cell, OnceCell};
use std::net::SocketAddr;
use std::rc::Rc;

pub(super) struct Around {
    pub(super) issuer: Issuer,
    pub(super) issuer_address: SocketAddr,
    pub(super) upstream: SocketAddr,
    pub(super) asked: Asked,
    /// Batches of records that have come.
    batches: Rc<Cell<u64>>,
}

impl Around {
    pub(super) async fn start() -> Result<Self> {
        let batches = Rc::default();
        let (issuer, issuer_address) = issuer(Rc::clone(&batches)).await?;
        let response = answer::ok(b"ok");
        Ok(Self {
            asked: Asked::new(&issuer)?,
            issuer,
            issuer_address,
            upstream: answer::serve(move |_| response.clone()).await?,
            batches,
        })
    }

    /// Says how many batches of records have come since this was last called: a host that delivers none is not measured at its work.
    pub(super) fn say_batches(&self, host: &str) {
        eprintln!("  batches of records from {host}: {}", self.batches.take());
    }

    /// The origin of the upstream.
    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.upstream)
    }
}

async fn issuer(batches: Rc<Cell<u64>>) -> Result<(Issuer, SocketAddr)> {
    // It signs its address, so it has to have one before it can sign.
    let made: Rc<OnceCell<Issuer>> = Rc::default();
    let signs = Rc::clone(&made);
    let address = answer::serve(move |request| answer(signs.get(), &batches, request)).await?;
    let issuer = Issuer::new(format!("http://{address}"))?;
    let _ = made.set(issuer.clone());
    Ok((issuer, address))
}

/// Takes all records, so that a host has the work of delivering them; everything else wants the bundle.
fn answer(issuer: Option<&Issuer>, batches: &Cell<u64>, request: &[u8]) -> Vec<u8> {
    if request.starts_with(b"POST /v1/edges/boot ") {
        return answer::with("201 Created", br#"{"boot_id":"load"}"#);
    }
    if request.starts_with(b"POST /v1/records ") {
        batches.update(|count| count + 1);
        return answer::ok(b"{}");
    }
    answer::ok(&issuer.and_then(|issuer| issuer.bundle().ok()).unwrap_or_default())
}
