//! The Worker in workerd, beside Workers that forward everything, or whatever has a token that `jose` verifies.
//!
//! What ours answers by itself are refusals: it permits nothing but what goes to an upstream. So without an upstream two refusals are compared: ours of a request that a good writ does not
//! grant, with a problem document and a record, and that of a Worker which verifies a good token with `jose` and says no. The empty Worker is JavaScript, as others write them; an empty one that is WebAssembly as ours is would be slower than that, so ours is at least as near to one of its own kind.

use super::around::Around;
use super::turns::{Target, Turns, Variant};
use super::workerd::{self, Worker};
use super::{Options, free};
use crate::wire::Connection;
use anyhow::{Result, ensure};
use std::net::SocketAddr;
use std::rc::Rc;

const EMPTY: &str = "workerd, empty worker";
const OURS: &str = "workerd, edgewrit";
const JOSE: &str = "workerd, jose";
const OURS_DIRECT: &str = "workerd, edgewrit, refuses";
const JOSE_DIRECT: &str = "workerd, jose, refuses";

/// What a writ that is remembered may cost.
const TARGETS: [Target; 3] = [
    Target {
        of: OURS_DIRECT,
        to: JOSE_DIRECT,
        at_least: 1.8,
    },
    Target {
        of: OURS,
        to: JOSE,
        at_least: 1.3,
    },
    Target {
        of: OURS,
        to: EMPTY,
        at_least: 0.85,
    },
];

pub(super) async fn measure(around: &Around, options: &Options, turns: &Turns) -> Result<()> {
    let asked = &around.asked;
    let rows = [
        (EMPTY, EMPTY, Worker::Empty, &asked.get, 200),
        (OURS, EMPTY, Worker::Edgewrit, &asked.get, 200),
        (JOSE, EMPTY, Worker::Jose, &asked.get, 200),
        (OURS_DIRECT, JOSE_DIRECT, Worker::Edgewrit, &asked.refused, 403),
        (JOSE_DIRECT, JOSE_DIRECT, Worker::JoseAlone, &asked.refused, 403),
        // With a memory of its own, for the other's is not to be flooded.
        (
            "workerd, first sight of a writ, edgewrit",
            JOSE,
            Worker::Strange,
            &asked.first,
            200,
        ),
    ];
    let (mut workers, mut variants) = (Vec::new(), Vec::new());
    for (name, baseline, worker, requests, status) in rows {
        let address = free()?;
        workers.push((address, worker));
        variants.push(Variant {
            name: name.to_owned(),
            baseline,
            address,
            requests: Rc::clone(requests),
            status,
        });
    }
    let variants = options.wanted(variants);
    if variants.is_empty() {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let mut host = workerd::start(folder.path(), around, &workers)?;
    host.listens().await?;
    for (address, worker) in workers.iter().filter(|(_, worker)| *worker != Worker::Empty) {
        verifies(*address, *worker, around).await?;
    }
    turns.take(&host, &variants, &TARGETS).await?;
    around.say_batches("workerd");
    Ok(())
}

/// That a Worker permits a request is worth nothing if it permits all.
async fn verifies(address: SocketAddr, worker: Worker, around: &Around) -> Result<()> {
    let answer = Connection::open(address).await?.ask(&around.asked.forged).await?;
    let status = answer.status;
    ensure!(
        status == 401,
        "{worker:?} answered {status} to a writ with another signature"
    );
    Ok(())
}
