//! The Worker in workerd, beside a Worker that forwards every request and a Worker that forwards
//! requests whose token `jose` verifies.
//!
//! The Worker of Edgewrit answers only refusals by itself: each permitted request goes to an
//! upstream. So two refusals are compared without an upstream. The Worker of Edgewrit refuses a
//! request that a valid writ does not grant, with a problem document and a record. The other Worker
//! verifies a valid token with `jose` and refuses. The empty Worker is JavaScript. An empty Worker
//! in WebAssembly would be slower, so the ratio to an empty Worker of the same kind is at least as
//! good.

use super::around::Around;
use super::turns::{RatioTarget, Turns, Variant};
use super::workerd::{self, Worker};
use super::{Options, free_address};
use crate::wire::OpenConnection;
use anyhow::{Result, ensure};
use std::net::SocketAddr;
use std::rc::Rc;

const EMPTY: &str = "workerd, empty worker";
const OURS: &str = "workerd, edgewrit";
const JOSE: &str = "workerd, jose";
const OURS_DIRECT: &str = "workerd, edgewrit, refuses";
const JOSE_DIRECT: &str = "workerd, jose, refuses";

/// The ratios that a remembered writ must reach.
const TARGETS: [RatioTarget; 3] = [
    RatioTarget {
        of: OURS_DIRECT,
        to: JOSE_DIRECT,
        at_least: 1.8,
    },
    RatioTarget {
        of: OURS,
        to: JOSE,
        at_least: 1.3,
    },
    RatioTarget {
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
            Worker::NewWrits,
            &asked.first,
            200,
        ),
    ];
    let (mut workers, mut variants) = (Vec::new(), Vec::new());
    for (name, baseline, worker, requests, status) in rows {
        let address = free_address()?;
        workers.push((address, worker));
        variants.push(Variant {
            name: name.to_owned(),
            baseline,
            address,
            requests: Rc::clone(requests),
            status,
        });
    }
    let variants = options.select(variants);
    if variants.is_empty() {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let mut host = workerd::start(folder.path(), around, &workers)?;
    host.wait_until_it_listens().await?;
    for (address, worker) in workers.iter().filter(|(_, worker)| *worker != Worker::Empty) {
        assert_refuses_forged_writ(*address, *worker, around).await?;
    }
    turns.measure(&[host], &variants, &TARGETS).await?;
    around.say_batches("workerd");
    Ok(())
}

/// Asserts that the Worker refuses a forged writ: a Worker that permits every request is no
/// baseline.
async fn assert_refuses_forged_writ(address: SocketAddr, worker: Worker, around: &Around) -> Result<()> {
    let answer = OpenConnection::open(address).await?.ask(&around.asked.forged).await?;
    let status = answer.status;
    ensure!(
        status == 401,
        "{worker:?} answered {status} to a writ with another signature"
    );
    Ok(())
}
