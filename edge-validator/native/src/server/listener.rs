//! One worker: it accepts connections and serves them on one thread.

use crate::forward_auth;
use crate::local_executor::LocalExecutor;
use crate::request::{self, ProxyResponse};
use crate::worker::Worker;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::io;
use std::net::TcpListener as StdListener;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{sleep, timeout};

/// Longest time for the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// Longest time to an orderly end of the connections.
const DRAIN_TIME: Duration = Duration::from_secs(15);
/// Time between two looks whether an exchange is left.
const DRAIN_LOOK: Duration = Duration::from_millis(10);
/// Pause after a connection that cannot be accepted, for want of files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves on this thread until `stopping` says so.
pub(super) fn run(
    runtime: &Runtime,
    tcp: StdListener,
    worker: Worker,
    stopping: watch::Receiver<bool>,
) -> io::Result<()> {
    let (worker, tasks) = (Rc::new(worker), LocalSet::new());
    tasks.spawn_local(Rc::clone(&worker).follow_configs());
    tasks.spawn_local(Rc::clone(&worker).follow_state());
    tasks.block_on(runtime, accept(tcp, worker, stopping))
}

async fn accept(tcp: StdListener, worker: Rc<Worker>, mut stopping: watch::Receiver<bool>) -> io::Result<()> {
    let tcp = TcpListener::from_std(tcp)?;
    let (http, graceful) = (builder(), GracefulShutdown::new());
    loop {
        let accepted = tokio::select! {
            accepted = tcp.accept() => accepted,
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        let Ok((stream, _)) = accepted else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let _refused = stream.set_nodelay(true);
        let serving = Rc::clone(&worker);
        let service = service_fn(move |request| {
            let worker = Rc::clone(&serving);
            async move { Ok::<_, Infallible>(answer(worker, request).await) }
        });
        let connection = http.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = graceful.watch(connection);
        spawn_local(async move {
            // A connection that ends in an error has no client left to tell.
            let _ended = connection.await;
        });
    }
    drop(tcp);
    let _late = timeout(DRAIN_TIME, async {
        graceful.shutdown().await;
        // An exchange goes on when its client is gone.
        while worker.open_requests() > 0 {
            sleep(DRAIN_LOOK).await;
        }
    })
    .await;
    Ok(())
}

async fn answer(worker: Rc<Worker>, request: Request<Incoming>) -> ProxyResponse {
    match worker.forward_auth() {
        Some(settings) => forward_auth::answer(worker, settings, request).await,
        None => request::answer(worker, request).await,
    }
}

fn builder() -> auto::Builder<LocalExecutor> {
    let mut builder = auto::Builder::new(LocalExecutor);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .half_close(false);
    builder.http2().timer(TokioTimer::new());
    builder
}
