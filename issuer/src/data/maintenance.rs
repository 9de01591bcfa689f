//! Maintenance: expired rows are forgotten, events that the limiter omitted are counted, and
//! checkpoints of the audit are signed.

use super::opened::Data;
use super::prune::prune;
use crate::base::stopping::Stopping;
use crate::config::Retention;
use crate::store::StoreError;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Rest between two rounds.
const REST: Duration = Duration::from_secs(30);
/// Least time from one writing of the outside head to the next.
const HEAD_REST: Duration = Duration::from_secs(1);
/// For so long it is left as it is while nothing happens.
const HEAD_IDLE: Duration = Duration::from_secs(30);

/// Time for which the end waits for a witness that does not answer.
const WITNESS_TIMEOUT: Duration = Duration::from_secs(5);

/// Keeps up until `stopping`.
pub(crate) async fn run_maintenance(data: Arc<Data>, issuer: String, retention: Option<Retention>, stopping: Stopping) {
    loop {
        if let Err(error) = run_due_work(&data, &issuer).await {
            tracing::error!(%error, "maintenance failed");
        }
        if let Some(retention) = &retention
            && let Err(error) = prune(&data, retention).await
        {
            tracing::error!(%error, "audit not pruned");
        }
        if let Err(error) = data.keyring.refresh().await {
            tracing::error!(%error, "keys not read again");
        }
        tokio::select! {
            () = sleep(REST) => {}
            () = stopping.clone().wait() => break,
        }
    }
}

/// Signs how far the chain reaches, again and again until `stopping`. Apart from all else, so that
/// nothing delays it.
pub(crate) async fn keep_checkpoints(data: Arc<Data>, issuer: String, stopping: Stopping) {
    loop {
        if let Err(error) = data.keyring.sign_checkpoint(&issuer).await {
            tracing::error!(%error, "no checkpoint");
        }
        tokio::select! {
            () = sleep(REST) => {}
            () = stopping.clone().wait() => return,
        }
    }
}

/// Keeps outside of the database how far the audit reaches, until `stopping`.
pub(crate) async fn keep_head(data: Arc<Data>, stopping: Stopping) {
    let mut reached = data.store.history_ends();
    loop {
        reached.mark_unchanged();
        if let Err(error) = data.keep_head().await {
            tracing::error!(%error, "how far the audit reaches is not kept outside of the database");
        }
        let news = async {
            sleep(HEAD_REST).await;
            let _closed = timeout(HEAD_IDLE, reached.changed()).await;
        };
        tokio::select! {
            () = news => {}
            () = stopping.clone().wait() => return,
        }
    }
}

/// Does the last work at the end, when no request runs any more: a checkpoint over all of it, and
/// the outside head.
pub async fn sign_off(data: &Data, issuer: &str) {
    if let Err(error) = data.store.record_omitted().await {
        tracing::error!(%error, "omitted events not counted at the end");
    }
    if let Err(error) = data.keyring.sign_checkpoint(issuer).await {
        tracing::error!(%error, "no checkpoint at the end");
    }
    match timeout(WITNESS_TIMEOUT, data.keep_head()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "how far the audit reaches is not kept outside of the database"),
        Err(_) => tracing::error!("what keeps the audit's head outside of the database does not answer"),
    }
}

/// Does what is due now, but for pruning the audit.
///
/// # Errors
/// [`StoreError`]; what was done so far stays done.
pub async fn run_due_work(data: &Data, issuer: &str) -> Result<(), StoreError> {
    data.store.record_omitted().await?;
    data.keyring.sign_checkpoint(issuer).await?;
    let forgotten = forget_expired(data).await?;
    if forgotten > 0 {
        tracing::debug!(forgotten, "rows forgotten");
    }
    Ok(())
}

/// Forgets what has expired, some rows at a time. Answers how many.
///
/// # Errors
/// [`StoreError`]; what was forgotten so far stays forgotten.
pub async fn forget_expired(data: &Data) -> Result<usize, StoreError> {
    let mut forgotten = 0;
    loop {
        match data.store.forget_expired(data.clock.now().seconds()).await? {
            0 => return Ok(forgotten),
            rows => forgotten += rows,
        }
    }
}
