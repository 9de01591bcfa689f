//! The process: it binds the listeners, starts the workers, follows the bundle, and ends in order.

mod listener;
mod options;
mod workers;

pub use options::{ListenAddresses, ProxyError, ProxyOptions, ProxySignal};

use crate::admin::{self, AdminState};
use crate::forward_auth::check_start;
use crate::issuer::bundle::BundleFollower;
use crate::issuer::held::HeldSnapshot;
use crate::issuer_client::IssuerClient;
use crate::metrics::ProxyMetrics;
use crate::records::RecordThreads;
use crate::upstream::system_tls;
use crate::worker::{ActiveConfig, Shared};
use edgewrit_edge::config::Config;
use edgewrit_edge::memory::Memory;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::{LocalSet, spawn_local};
use workers::Workers;

/// Longest time for the first bundle. After it, requests are answered without one, which refuses
/// them.
const FIRST_BUNDLE_TIME: Duration = Duration::from_secs(5);

/// Serves with `config` until a signal stops it. Tells `ready` the addresses once requests are
/// answered: with the first bundle, or a few seconds after the start without one.
///
/// # Errors
/// [`ProxyError`] before anything is answered, or if a second signal ends requests in progress.
pub async fn serve(
    options: &ProxyOptions,
    config: Config,
    ready: impl FnOnce(ListenAddresses),
    signals: mpsc::Receiver<ProxySignal>,
) -> Result<(), ProxyError> {
    // The calls to the issuer are tasks of this thread.
    LocalSet::new()
        .run_until(serve_on_this_thread(options, config, ready, signals))
        .await
}

async fn serve_on_this_thread(
    options: &ProxyOptions,
    config: Config,
    ready: impl FnOnce(ListenAddresses),
    mut signals: mpsc::Receiver<ProxySignal>,
) -> Result<(), ProxyError> {
    if let Some(forward_auth) = &options.forward_auth {
        check_start(forward_auth, options.listen, &config)?;
    }
    let refused = |error| ProxyError::Listen(options.listen, error);
    let (tcp, listen) = bind(options.listen).map_err(refused)?;
    let admin = options.admin.map(bind_admin).transpose()?;
    let tls = system_tls()?;
    let (metrics, config) = (Arc::new(ProxyMetrics::new(options.threads.max(1))), Arc::new(config));
    let held = Arc::new(HeldSnapshot::new(Arc::clone(&config)));
    let number = 0;
    let active = ActiveConfig { number, config, held };
    let (configs, stopping) = (watch::Sender::new(Arc::new(active)), watch::Sender::new(false));
    let current = configs.subscribe();
    let current_config = move || Arc::clone(&current.borrow().config);
    let mut record_threads = RecordThreads::start(&options.records, current_config, tls.clone())?;
    let records = record_threads.records().clone();
    let follower = Rc::new(BundleFollower {
        client: IssuerClient::new(tls.clone()),
        metrics: Arc::clone(&metrics),
        records: records.clone(),
        memory: Memory::new(getrandom::u64()?),
    });
    let addresses = ListenAddresses {
        listen,
        admin: admin.as_ref().map(|(_, address)| *address),
    };
    if let Some((admin, _)) = admin {
        let state = AdminState::new(
            Arc::clone(&metrics),
            configs.subscribe(),
            records.clone(),
            stopping.subscribe(),
        );
        spawn_local(admin::serve(admin, Rc::new(state)));
    }
    metrics.configurations.count("taken");
    if !wait_for_first_bundle(follower, &configs, &mut signals).await {
        return Ok(());
    }
    let shared = Shared {
        configs: configs.subscribe(),
        records,
        forward_auth: options.forward_auth.clone().map(Arc::new),
    };
    let workers = Workers::start(&tcp, &tls, &shared, &metrics, &stopping)?;
    drop(tcp);
    tracing::info!(address = %listen, "serving");
    ready(addresses);
    wait_for_stop(&mut signals).await;
    tracing::info!("stopping");
    stopping.send_replace(true);
    let ended = tokio::select! {
        () = workers.wait_for_end() => Ok(()),
        () = wait_for_stop(&mut signals) => Err(ProxyError::Interrupted),
    };
    record_threads.write_rest().await;
    ended?;
    deliver_rest(record_threads, &mut signals).await
}

/// Delivers the records that wait, for some seconds or until a signal.
async fn deliver_rest(
    record_threads: RecordThreads,
    signals: &mut mpsc::Receiver<ProxySignal>,
) -> Result<(), ProxyError> {
    tokio::select! {
        () = record_threads.deliver_rest() => Ok(()),
        () = wait_for_stop(signals) => Err(ProxyError::Interrupted),
    }
}

/// Follows the bundle, and waits until the proxy can decide, in bounded time. Returns false if a
/// signal stops the proxy before.
async fn wait_for_first_bundle(
    follower: Rc<BundleFollower>,
    configs: &watch::Sender<Arc<ActiveConfig>>,
    signals: &mut mpsc::Receiver<ProxySignal>,
) -> bool {
    let active = Arc::clone(&configs.borrow());
    spawn_local(follower.follow(Arc::downgrade(&active.held)));
    let is_fresh = tokio::select! {
        is_fresh = active.held.wait_until_fresh(&active.config, FIRST_BUNDLE_TIME) => is_fresh,
        () = wait_for_stop(signals) => return false,
    };
    if !is_fresh {
        tracing::warn!("serving without a bundle: requests are refused until the issuer answers");
    }
    true
}

/// Waits for the signal to stop. Without a sender the signal never comes.
async fn wait_for_stop(signals: &mut mpsc::Receiver<ProxySignal>) {
    match signals.recv().await {
        Some(ProxySignal::Stop) => {}
        None => std::future::pending().await,
    }
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
