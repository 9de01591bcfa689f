//! The issuer, the upstream and the requests of a host, on the core of the client.

use super::answer;
use super::requests::Asked;
use super::writs::LoadIssuer;
use anyhow::Result;
use edgewrit_shared::edge_api::{boot, records};
use std::cell::{Cell, OnceCell};
use std::net::SocketAddr;
use std::rc::Rc;

pub(super) struct Around {
    pub(super) issuer: LoadIssuer,
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
        let response = answer::ok_response(b"ok");
        Ok(Self {
            asked: Asked::new(&issuer)?,
            issuer,
            issuer_address,
            upstream: answer::serve(move |_| response.clone()).await?,
            batches,
        })
    }

    /// Prints how many batches of records came since the last call: a host that delivers none does
    /// not do its work.
    pub(super) fn say_batches(&self, host: &str) {
        eprintln!("  batches of records from {host}: {}", self.batches.take());
    }

    /// The origin of the upstream.
    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.upstream)
    }
}

async fn issuer(batches: Rc<Cell<u64>>) -> Result<(LoadIssuer, SocketAddr)> {
    // It signs its address, so it has to have one before it can sign.
    let made: Rc<OnceCell<LoadIssuer>> = Rc::default();
    let signs = Rc::clone(&made);
    let address = answer::serve(move |request| answer(signs.get(), &batches, request)).await?;
    let issuer = LoadIssuer::new(format!("http://{address}"))?;
    let _ = made.set(issuer.clone());
    Ok((issuer, address))
}

/// The answer of the issuer: it takes all records, so that a host has the work of the delivery, and
/// answers other requests with the bundle.
fn answer(issuer: Option<&LoadIssuer>, batches: &Cell<u64>, request: &[u8]) -> Vec<u8> {
    let posted = request.strip_prefix(b"POST ");
    let posted = posted.and_then(|rest| rest.split(|byte| *byte == b' ').next());
    if posted == Some(boot::PATH.as_bytes()) {
        return answer::response("201 Created", boot::write_answer("load").as_bytes());
    }
    if posted == Some(records::PATH.as_bytes()) {
        batches.update(|count| count + 1);
        return answer::ok_response(b"{}");
    }
    answer::ok_response(&issuer.and_then(|issuer| issuer.bundle().ok()).unwrap_or_default())
}
