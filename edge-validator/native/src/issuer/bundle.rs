//! The task that follows the bundle of the issuer by long poll, for all workers.

use crate::clock;
use crate::issuer::held::HeldSnapshot;
use crate::issuer_client::IssuerClient;
use crate::issuer_client::call;
use crate::metrics::ProxyMetrics;
use crate::records::Records;
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::bundle::{apply_bundle, bundle_call, head_line, head_report, is_fresh};
use edgewrit_edge::issuer::pace::refresh::RefreshSchedule;
use edgewrit_edge::issuer::pace::{LOG_SECONDS, Periodic};
use edgewrit_edge::memory::Memory;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::time::UnixSeconds;
use std::rc::Rc;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// Time between two looks at the schedule.
const LOOK: Duration = Duration::from_millis(100);

/// What every task that follows a bundle needs.
#[derive(Debug)]
pub(crate) struct BundleFollower {
    pub(crate) client: IssuerClient,
    pub(crate) metrics: Arc<ProxyMetrics>,
    pub(crate) records: Records,
    /// Numbers the reports on audit heads.
    pub(crate) memory: Memory,
    /// Whether the highest audit head is printed from time to time.
    pub(crate) prints_audit_head: bool,
}

impl BundleFollower {
    /// Follows the bundle for as long as a configuration or a request needs `held`.
    pub(crate) async fn follow(self: Rc<Self>, held: Weak<HeldSnapshot>) {
        let Some(mut configs) = held.upgrade().map(|held| held.configs()) else {
            return;
        };
        let (mut schedule, mut head_lines) = (RefreshSchedule::delayed(), Periodic::every(LOG_SECONDS));
        loop {
            let config = Arc::clone(&configs.borrow_and_update());
            if !schedule.begin(clock::now()) {
                match wait_for_change(&mut configs, LOOK).await {
                    Change::None => {}
                    Change::Config => schedule = RefreshSchedule::delayed(),
                    Change::End => return,
                }
                continue;
            }
            // A new configuration may allow less time: the call in progress then waits too long.
            let applied = tokio::select! {
                applied = self.ask(&config, &held, &schedule) => applied,
                changed = configs.changed() => match changed {
                    Ok(()) => {
                        schedule = RefreshSchedule::delayed();
                        continue;
                    }
                    Err(_) => return,
                },
            };
            match applied {
                true => schedule.record_success(clock::now()),
                false => schedule.record_failure(clock::now()),
            }
            if let Some(snapshot) = held.upgrade().and_then(|held| held.snapshot()) {
                self.show_head(&snapshot, &mut head_lines);
            }
        }
    }

    /// Asks for a newer bundle once. Returns whether the answer was one that the edge has applied.
    async fn ask(&self, config: &Config, held: &Weak<HeldSnapshot>, schedule: &RefreshSchedule) -> bool {
        let before = held.upgrade().and_then(|held| held.snapshot());
        let is_usable = before
            .as_deref()
            .is_some_and(|before| is_fresh(config, before, clock::now()));
        // Requests are refused until the answer comes if there is no usable snapshot.
        let wait = if is_usable { schedule.wait_seconds() } else { 0 };
        let answer = call(&self.client, config, &bundle_call(config, before.as_deref(), wait)).await;
        let now = clock::now();
        match apply_bundle(config, before.as_deref(), answer.as_answer(), now) {
            Ok(snapshot) => {
                self.metrics.bundles.count("taken");
                self.report_head(config, before.as_deref(), &snapshot, now);
                if let Some(held) = held.upgrade() {
                    held.replace(snapshot);
                }
                true
            }
            Err(error) => {
                self.metrics.bundles.count(error.label());
                tracing::warn!(label = error.label(), "the bundle is not taken: {error}");
                false
            }
        }
    }

    /// Reports an audit of the issuer that went back or forked: in the log, in a counter, and to
    /// the issuer.
    fn report_head(&self, config: &Config, before: Option<&Snapshot>, applied: &Snapshot, now: UnixSeconds) {
        if let Some(report) = head_report(&self.memory, before, applied, now) {
            self.records.print(&report.line);
            self.metrics.bundles.count(report.contradiction.label());
            if report.is_new {
                self.records.keep(config, report.line);
            }
        }
    }

    /// Writes the highest audit head of the issuer into the log, from time to time.
    fn show_head(&self, snapshot: &Snapshot, lines: &mut Periodic) {
        let now = clock::now();
        if self.prints_audit_head
            && snapshot.highest_audit_head().is_some()
            && lines.begin(now)
            && let Some(line) = head_line(snapshot, now)
        {
            self.records.print(&line);
        }
    }
}

/// What happened to the configuration of a snapshot.
enum Change {
    None,
    Config,
    End,
}

async fn wait_for_change(configs: &mut watch::Receiver<Arc<Config>>, limit: Duration) -> Change {
    match timeout(limit, configs.changed()).await {
        Err(_) => Change::None,
        Ok(Ok(())) => Change::Config,
        Ok(Err(_)) => Change::End,
    }
}
