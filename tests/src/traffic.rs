//! Constant traffic on many connections, so that every thread of a host has some.

use crate::edge::EdgeProcess;
use crate::http::{ClientConnection, HttpRequest, HttpResponse};
use anyhow::{Context as _, Result};
use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

/// The time for an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Rest after each answer: traffic is to be constant, not as much as the host can bear.
const REST: Duration = Duration::from_millis(3);

/// Sends `request` on so many connections, over and over on each until `go_on` says no of an
/// answer.
///
/// # Errors
/// If no answer comes.
pub fn flow(
    edge: &EdgeProcess,
    request: &HttpRequest,
    connections: usize,
    go_on: impl Fn(&HttpResponse) -> bool + Sync,
) -> Result<()> {
    let go_on = &go_on;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|_| scope.spawn(move || one(edge, request, go_on)))
            .collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().ok().context("a connection's thread broke")?)
    })
}

fn one(edge: &EdgeProcess, request: &HttpRequest, go_on: &(impl Fn(&HttpResponse) -> bool + Sync)) -> Result<()> {
    let bytes = request.bytes(&edge.address().to_string());
    let mut connection = ClientConnection::open(edge.address(), PATIENCE)?;
    loop {
        connection.write(&bytes)?;
        let answer = connection
            .read(false)
            .with_context(|| format!("{}: no answer; it said:\n{}", edge.kind(), edge.log().tail(20)))?;
        if !go_on(&answer) {
            return Ok(());
        }
        if answer.header("connection") == Some("close") {
            connection = ClientConnection::open(edge.address(), PATIENCE)?;
        }
        thread::sleep(REST);
    }
}

/// The thread of the host that has answered: each filter has a seed of its own, with which the ids
/// of its requests begin.
#[must_use]
pub fn instance(answer: &HttpResponse) -> Option<String> {
    answer.request_id()?.split_once('-').map(|(seed, _)| seed.to_owned())
}

/// The instances that answer on fresh connections, of which `count` are tried.
///
/// # Errors
/// If no answer comes.
pub fn instances(edge: &EdgeProcess, request: &HttpRequest, count: usize) -> Result<BTreeSet<String>> {
    let answers: Result<Vec<_>> = (0..count).map(|_| edge.send(request)).collect();
    Ok(answers?.iter().filter_map(instance).collect())
}
