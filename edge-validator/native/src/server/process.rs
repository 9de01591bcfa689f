//! The tasks of the process besides its workers.

use super::options::{ProxyError, ProxyOptions, ProxySignal};
use crate::admin::AdminState;
use crate::issuer::bundle::BundleFollower;
use crate::issuer::held::HeldSnapshot;
use crate::issuer_client::IssuerClient;
use crate::metrics::ProxyMetrics;
use crate::printer::LinePrinter;
use crate::records::RecordThreads;
use crate::reload::warn_of_short_secrets;
use crate::worker::{ActiveConfig, Shared};
use edgewrit_edge::config::Config;
use edgewrit_edge::memory::Memory;
use rustls::ClientConfig;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::spawn_local;

/// Longest time for the first bundle. After it, requests are answered without one, which refuses
/// them.
const FIRST_BUNDLE_TIME: Duration = Duration::from_secs(5);

/// The state of the process besides its workers.
pub(super) struct Process {
    pub(super) metrics: Arc<ProxyMetrics>,
    pub(super) follower: Rc<BundleFollower>,
    pub(super) configs: watch::Sender<Arc<ActiveConfig>>,
    pub(super) stopping: watch::Sender<bool>,
    /// The number of signals to reload so far.
    pub(super) reloads: watch::Sender<u64>,
    pub(super) shared: Shared,
    log: Arc<LinePrinter>,
    record_threads: RecordThreads,
    signals: mpsc::Receiver<ProxySignal>,
}

impl Process {
    /// Begins to follow the bundle for `config`, and to deliver records. As many requests as `places`
    /// are in progress at the same time.
    ///
    /// # Errors
    /// [`ProxyError`] if a part cannot be started.
    pub(super) fn new(
        options: &ProxyOptions,
        places: usize,
        tls: &ClientConfig,
        config: Config,
        signals: mpsc::Receiver<ProxySignal>,
    ) -> Result<Self, ProxyError> {
        warn_of_short_secrets(&config);
        let config = Arc::new(config);
        let held = Arc::new(HeldSnapshot::new(Arc::clone(&config)));
        let following = Arc::downgrade(&held);
        let number = 0;
        let configs = watch::Sender::new(Arc::new(ActiveConfig { number, config, held }));
        let current = configs.subscribe();
        let current_config = move || Arc::clone(&current.borrow().config);
        let record_threads = RecordThreads::start(&options.records, current_config, tls.clone())?;
        let metrics = Arc::new(ProxyMetrics::new(options.threads.max(1)));
        let follower = Rc::new(BundleFollower {
            client: IssuerClient::new(tls.clone()),
            metrics: Arc::clone(&metrics),
            records: record_threads.records().clone(),
            memory: Memory::new(getrandom::u64()?),
            prints_audit_head: options.prints_audit_head,
        });
        spawn_local(Rc::clone(&follower).follow(following));
        metrics.configurations.count(true);
        Ok(Self {
            shared: Shared {
                configs: configs.subscribe(),
                records: record_threads.records().clone(),
                places: Arc::new(Semaphore::new(places)),
                forward_auth: options.forward_auth.clone().map(Arc::new),
            },
            metrics,
            follower,
            configs,
            stopping: watch::Sender::new(false),
            reloads: watch::Sender::new(0),
            log: Arc::clone(&options.log),
            record_threads,
            signals,
        })
    }

    /// The state that the operator sees.
    pub(super) fn admin_state(&self) -> Rc<AdminState> {
        let (configs, records) = (self.configs.subscribe(), self.shared.records.clone());
        let (metrics, log) = (Arc::clone(&self.metrics), Arc::clone(&self.log));
        Rc::new(AdminState::new(
            metrics,
            configs,
            records,
            log,
            self.stopping.subscribe(),
        ))
    }

    /// Waits until the proxy can decide, in bounded time. Returns false if a signal stops the proxy
    /// before.
    pub(super) async fn wait_for_first_bundle(&mut self) -> bool {
        let active = Arc::clone(&self.configs.borrow());
        let is_fresh = tokio::select! {
            is_fresh = active.held.wait_until_fresh(&active.config, FIRST_BUNDLE_TIME) => is_fresh,
            () = self.wait_for_stop() => return false,
        };
        if !is_fresh {
            tracing::warn!("serving without a bundle: requests are refused until the issuer answers");
        }
        true
    }

    /// Passes signals to reload on until the signal to stop comes. Without a sender no signal comes.
    pub(super) async fn wait_for_stop(&mut self) {
        wait_for_stop(&mut self.signals, &self.reloads).await;
    }

    /// Ends the proxy: stops accepting, lets the requests in progress end, and delivers the records.
    ///
    /// # Errors
    /// [`ProxyError::Interrupted`] after a second signal. The records are on disk also then.
    pub(super) async fn end(mut self, workers_ended: impl Future<Output = ()>) -> Result<(), ProxyError> {
        self.stopping.send_replace(true);
        let ended = tokio::select! {
            () = workers_ended => Ok(()),
            () = self.wait_for_stop() => Err(ProxyError::Interrupted),
        };
        self.record_threads.write_rest().await;
        ended?;
        tokio::select! {
            () = self.record_threads.deliver_rest() => Ok(()),
            () = wait_for_stop(&mut self.signals, &self.reloads) => Err(ProxyError::Interrupted),
        }
    }
}

async fn wait_for_stop(signals: &mut mpsc::Receiver<ProxySignal>, reloads: &watch::Sender<u64>) {
    loop {
        match signals.recv().await {
            Some(ProxySignal::Stop) => return,
            Some(ProxySignal::Reload) => reloads.send_modify(|reloads| *reloads = reloads.wrapping_add(1)),
            None => std::future::pending().await,
        }
    }
}
