//! One worker: it accepts connections and serves them on one thread.

use super::connection::{Stopping, serve, stopped};
use super::connections::Connections;
use super::tls::HANDSHAKES;
use crate::accept::accept;
use crate::forward_auth;
use crate::request::{self, ProxyResponse};
use crate::worker::Worker;
use edgewrit_connections::FaultCounts;
use hyper::Request;
use hyper::body::Incoming;
use rustls::server::ServerConfig;
use std::io;
use std::net::TcpListener as StdListener;
use std::rc::Rc;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, Semaphore, watch};
use tokio::task::LocalSet;

/// What the listeners of all workers share.
#[derive(Clone, Debug)]
pub(super) struct Door {
    /// The connections that may still be accepted.
    connections: Arc<Semaphore>,
    /// The turn to accept the next connection. The lock goes to the workers in the order in which
    /// they ask for it, so that each gets as many connections as the others. Without turns, the worker
    /// that wakes first accepts all connections that wait.
    turn: Arc<Mutex<()>>,
    /// The handshakes that may still begin.
    handshakes: Arc<Semaphore>,
    /// The current certificate, which each new connection reads; `None` for a listener without TLS.
    tls: Option<watch::Receiver<Arc<ServerConfig>>>,
    faults: Arc<FaultCounts>,
}

impl Door {
    /// Lets at most so many connections in at the same time, and counts their faults.
    pub(super) fn new(
        connections: usize,
        tls: Option<watch::Receiver<Arc<ServerConfig>>>,
        faults: Arc<FaultCounts>,
    ) -> Self {
        Self {
            connections: Arc::new(Semaphore::new(connections)),
            turn: Arc::default(),
            handshakes: Arc::new(Semaphore::new(HANDSHAKES)),
            tls,
            faults,
        }
    }
}

/// Serves on this thread until `stopping` says so.
pub(super) fn run(
    runtime: &Runtime,
    tcp: StdListener,
    door: Door,
    worker: Worker,
    stopping: Stopping,
) -> io::Result<()> {
    let (worker, tasks) = (Rc::new(worker), LocalSet::new());
    tasks.spawn_local(Rc::clone(&worker).follow_configs());
    tasks.spawn_local(Rc::clone(&worker).follow_state());
    tasks.block_on(runtime, accept_all(tcp, door, worker, stopping))
}

async fn accept_all(tcp: StdListener, door: Door, worker: Rc<Worker>, stopping: Stopping) -> io::Result<()> {
    let tcp = TcpListener::from_std(tcp)?;
    let connections = Connections::new();
    loop {
        let accepting = async {
            let place = Arc::clone(&door.connections).acquire_owned().await;
            let _turn = door.turn.lock().await;
            (place, accept(&tcp).await)
        };
        let (place, stream) = tokio::select! {
            accepted = accepting => accepted,
            () = stopped(stopping.clone()) => break,
        };
        let _refused = stream.set_nodelay(true);
        let (door, worker, stopping) = (door.clone(), Rc::clone(&worker), stopping.clone());
        connections.serve(async move {
            let tls = door.tls.as_ref().map(|tls| Arc::clone(&tls.borrow()));
            let answer = move |request| answer(Rc::clone(&worker), request);
            serve(stream, tls, &door.handshakes, door.faults, answer, stopping).await;
            drop(place);
        });
    }
    drop(tcp);
    connections.end(&worker).await;
    Ok(())
}

async fn answer(worker: Rc<Worker>, request: Request<Incoming>) -> ProxyResponse {
    #[cfg(feature = "undecided")]
    if crate::undecided::is_begun() {
        return crate::undecided::answer(worker, request).await;
    }
    match worker.forward_auth() {
        Some(settings) => forward_auth::answer(worker, settings, request).await,
        None => request::answer(worker, request).await,
    }
}
