//! The task that follows the bundle of the issuer by long poll, for all workers.

use crate::clock;
use crate::issuer::call;
use crate::upstream::HttpClient;
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::bundle::{apply_bundle, bundle_call};
use edgewrit_edge::issuer::pace::refresh::RefreshSchedule;
use edgewrit_shared::bundle::Snapshot;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// Time between two looks at the schedule.
const LOOK: Duration = Duration::from_millis(100);

/// The snapshot that all workers decide by.
pub(crate) type SharedSnapshot = Option<Arc<Snapshot>>;

/// Follows the bundle until the task is dropped.
pub(crate) async fn follow(
    client: HttpClient,
    mut configs: watch::Receiver<Arc<Config>>,
    snapshots: watch::Sender<SharedSnapshot>,
) {
    let mut schedule = RefreshSchedule::delayed();
    loop {
        if !schedule.begin(clock::now()) {
            sleep(LOOK).await;
            continue;
        }
        let config = Arc::clone(&configs.borrow_and_update());
        match ask(&client, &config, &schedule, &snapshots).await {
            true => schedule.record_success(clock::now()),
            false => schedule.record_failure(clock::now()),
        }
    }
}

/// Asks for a newer bundle once. Returns whether the answer was one that the edge has applied.
async fn ask(
    client: &HttpClient,
    config: &Config,
    schedule: &RefreshSchedule,
    snapshots: &watch::Sender<SharedSnapshot>,
) -> bool {
    let held = snapshots.borrow().clone();
    let answer = call(
        client,
        config,
        &bundle_call(config, held.as_deref(), schedule.wait_seconds()),
    )
    .await;
    match apply_bundle(config, held.as_deref(), answer.as_answer(), clock::now()) {
        Ok(snapshot) => {
            snapshots.send_replace(Some(Arc::new(snapshot)));
            true
        }
        Err(error) => {
            tracing::warn!(label = error.label(), "the bundle is not taken: {error}");
            false
        }
    }
}
