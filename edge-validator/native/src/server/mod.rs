//! The process: it binds the listener, starts the workers, follows the bundle, and ends in order.

mod listener;

use crate::forward_auth::{ForwardAuthError, check_start};
use crate::issuer::bundle;
use crate::records::Records;
use crate::upstream::{HttpClient, system_tls};
use crate::worker::Shared;
use edgewrit_edge::config::Config;
use edgewrit_edge::forward_auth::ForwardAuth;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use tokio::sync::watch;

/// The options of the proxy.
#[derive(Clone, Debug)]
pub struct ProxyOptions {
    /// The address at which the proxy listens for requests.
    pub listen: SocketAddr,
    /// The folder in which records wait for their delivery.
    pub records: PathBuf,
    /// The number of threads that serve requests.
    pub threads: usize,
    /// The settings of forward auth; `None` if the proxy sends requests itself.
    pub forward_auth: Option<ForwardAuth>,
}

/// Why the proxy does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// The address.
    #[error("`--listen`: `{0}`: {1}")]
    Listen(SocketAddr, io::Error),
    /// Forward auth.
    #[error(transparent)]
    ForwardAuth(#[from] ForwardAuthError),
    /// The certificates of the system.
    #[error("the certificates that this system trusts cannot be used: {0}")]
    Tls(#[from] rustls::Error),
    /// A thread or its runtime.
    #[error("a thread cannot be started: {0}")]
    Thread(io::Error),
    /// The source of randomness.
    #[error("the system gives no randomness: {0}")]
    Random(getrandom::Error),
}

/// Serves with `config` until `stop`. Tells `ready` the address once requests are answered.
///
/// # Errors
/// [`ProxyError`], before anything is answered.
pub async fn serve(
    options: &ProxyOptions,
    config: Config,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()>,
) -> Result<(), ProxyError> {
    if let Some(forward_auth) = &options.forward_auth {
        check_start(forward_auth, options.listen, &config)?;
    }
    let refused = |error| ProxyError::Listen(options.listen, error);
    let tcp = TcpListener::bind(options.listen).map_err(refused)?;
    tcp.set_nonblocking(true).map_err(refused)?;
    let address = tcp.local_addr().map_err(refused)?;
    let tls = system_tls()?;
    let (_configs, config_reader) = watch::channel(Arc::new(config));
    let (snapshots, snapshot_reader) = watch::channel(None);
    let (say_stop, stopping) = watch::channel(false);
    let shared = Shared {
        configs: config_reader.clone(),
        snapshots: snapshot_reader,
        records: Records,
        forward_auth: options.forward_auth.clone().map(Arc::new),
    };
    let mut workers = Vec::new();
    for _ in 0..options.threads.max(1) {
        let seed = getrandom::u64().map_err(ProxyError::Random)?;
        let (tcp, tls, shared, stopping) = (
            tcp.try_clone().map_err(refused)?,
            tls.clone(),
            shared.clone(),
            stopping.clone(),
        );
        let work = move || listener::run(tcp, HttpClient::new(tls), shared, seed, stopping);
        workers.push(thread::Builder::new().spawn(work).map_err(ProxyError::Thread)?);
    }
    ready(address);
    tokio::select! {
        () = bundle::follow(HttpClient::new(tls), config_reader, snapshots) => {}
        () = stop => {}
    }
    say_stop.send_replace(true);
    for worker in workers {
        let _ended = worker.join();
    }
    Ok(())
}
