//! The process: it binds the listeners, starts the workers, follows the bundle, and ends in order.

mod activity;
mod certificate;
mod connection;
mod connections;
mod listener;
mod options;
mod process;
#[cfg(test)]
mod tests;
mod tls;
mod workers;

#[cfg(test)]
pub(crate) use connections::Connections;
pub use options::{CONNECTIONS, ListenAddresses, ProxyError, ProxyOptions, ProxySignal};
pub use tls::{TlsError, TlsFiles};

use crate::admin;
use crate::forward_auth::check_start;
use crate::reload::{self, ConfigInput, ConfigReading};
use crate::upstream::system_tls;
use certificate::CertificateInput;
use edgewrit_connections::count_connections_that_fit;
use listener::Door;
use process::Process;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{LocalSet, spawn_local};
use workers::Workers;

/// Descriptors of one connection: its own, and that of a request to an upstream. As many requests are
/// in progress as there can be connections, although a connection with HTTP/2 has many.
const DESCRIPTORS: u64 = 2;

/// Serves with the configuration that `read` gives, until a signal stops it. Tells `ready` the
/// addresses once requests are answered: with the first bundle, or a few seconds after the start
/// without one. Reads again when a file of the reading changes, and by a signal.
///
/// # Errors
/// [`ProxyError`] before anything is answered, or if a second signal ends requests in progress.
pub async fn serve(
    options: &ProxyOptions,
    read: impl FnMut() -> ConfigReading + 'static,
    ready: impl FnOnce(ListenAddresses),
    signals: mpsc::Receiver<ProxySignal>,
) -> Result<(), ProxyError> {
    // The calls to the issuer are tasks of this thread.
    LocalSet::new()
        .run_until(serve_on_this_thread(options, read, ready, signals))
        .await
}

async fn serve_on_this_thread(
    options: &ProxyOptions,
    mut read: impl FnMut() -> ConfigReading + 'static,
    ready: impl FnOnce(ListenAddresses),
    signals: mpsc::Receiver<ProxySignal>,
) -> Result<(), ProxyError> {
    let ConfigReading { config, files, content } = read();
    let config = config.map_err(ProxyError::Config)?;
    if let Some(forward_auth) = &options.forward_auth {
        check_start(forward_auth, options.listen, &config)?;
    }
    let certificates = options.tls.as_ref().map(TlsFiles::read).transpose()?;
    let certificates = certificates.map(watch::Sender::new);
    let (tcp, listen) = bind(options.listen).map_err(|error| ProxyError::Listen(options.listen, error))?;
    let admin = options.admin.map(bind_admin).transpose()?;
    let tls = system_tls()?;
    let connections = count_connections_that_fit(options.connections, DESCRIPTORS).min(Semaphore::MAX_PERMITS);
    let mut process = Process::new(options, connections, &tls, config, signals)?;
    let addresses = ListenAddresses {
        listen,
        admin: admin.as_ref().map(|(_, address)| *address),
    };
    if let Some((admin, _)) = admin {
        spawn_local(admin::serve(admin, process.admin_state()));
    }
    if !process.wait_for_first_bundle().await {
        return Ok(());
    }
    let certificate = certificates.as_ref().map(watch::Sender::subscribe);
    let door = Door::new(connections, certificate, Arc::clone(&process.metrics.connection_faults));
    let workers = Workers::start(&tcp, &door, &tls, &process.shared, &process.metrics, &process.stopping)?;
    drop(tcp);
    let input = ConfigInput {
        read,
        content: Some(content),
        forward_auth: process.shared.forward_auth.clone(),
        configs: process.configs.clone(),
        follower: Rc::clone(&process.follower),
    };
    spawn_local(reload::follow(input, files, process.reloads.subscribe()));
    if let Some((files, current)) = options.tls.clone().zip(certificates) {
        let input = CertificateInput::new(files, current, Arc::clone(&process.metrics));
        let files = input.files();
        spawn_local(reload::follow(input, files, process.reloads.subscribe()));
    }
    tracing::info!(address = %listen, "serving");
    ready(addresses);
    run_until_stopped(process, workers).await
}

/// Prints records until a signal stops the proxy, and ends it.
async fn run_until_stopped(mut process: Process, workers: Workers) -> Result<(), ProxyError> {
    // The lines so far, such as the audit head of the issuer, come behind those of `ready`.
    let records = process.shared.records.clone();
    records.start_printing(std::io::stdout()).map_err(ProxyError::Thread)?;
    process.wait_for_stop().await;
    tracing::info!("stopping");
    let ended = process.end(workers.wait_for_end()).await;
    records.finish_printing();
    ended
}

fn bind(address: SocketAddr) -> std::io::Result<(TcpListener, SocketAddr)> {
    let tcp = TcpListener::bind(address)?;
    tcp.set_nonblocking(true)?;
    let bound = tcp.local_addr()?;
    Ok((tcp, bound))
}

fn bind_admin(address: SocketAddr) -> Result<(tokio::net::TcpListener, SocketAddr), ProxyError> {
    let refused = |error| ProxyError::Admin(address, error);
    let (tcp, bound) = bind(address).map_err(refused)?;
    let tcp = tokio::net::TcpListener::from_std(tcp).map_err(refused)?;
    Ok((tcp, bound))
}
