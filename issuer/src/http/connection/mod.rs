//! Connections: bounded in number, headers and time.

use crate::base::stopping::Stopping;
use crate::http::Peer;
use axum::serve::{Listener, ListenerExt as _};
use axum::{Extension, Router};
use edgewrit_connections::{HEAD_BYTES, HEAD_TIME, PacedStream, http1_builder};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tower::Layer as _;

#[cfg(test)]
mod tests;

/// Connections of clients and edges at the same time; more wait to be accepted.
pub(crate) const CONNECTIONS: usize = 8_192;
/// The same of the operator's socket, and of metrics.
pub(crate) const OPERATOR_CONNECTIONS: usize = 32;
/// Time that requests in progress may take once the issuer stops.
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// Answers every connection to `listener` by `router`, which learns the `peer` of each, until
/// `stopping`; then finishes what has begun.
pub(crate) async fn accept_all<L: Listener>(
    mut listener: L,
    connections: usize,
    router: Router,
    peer: fn(L::Addr) -> Peer,
    stopping: Stopping,
) {
    let (http, graceful) = (http1_builder(HEAD_TIME, HEAD_BYTES), GracefulShutdown::new());
    let places = Arc::new(Semaphore::new(connections));
    loop {
        let accept = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, (stream, address)) = tokio::select! {
            accepted = accept => accepted,
            () = stopping.clone().wait() => break,
        };
        let service = TowerToHyperService::new(Extension(peer(address)).layer(router.clone()));
        let connection = http.serve_connection(TokioIo::new(PacedStream::new(stream)), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A connection that ends in an error has no client left to tell.
            let _ended = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let _late = timeout(DRAIN_TIME, graceful.shutdown()).await;
}

/// Answers are small and wanted now. A socket that refuses the option still works.
pub(crate) fn without_delay(tcp: TcpListener) -> impl Listener<Addr = SocketAddr> {
    tcp.tap_io(|stream| {
        let _refused = stream.set_nodelay(true);
    })
}
