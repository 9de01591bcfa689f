//! Bundles, which edges follow. A bundle is made when it is asked for, once for all requests of
//! the same second, and read back by the issuer itself: its own view of keys and revocations is a
//! snapshot like any edge's.

use crate::base::clock::Clock;
use crate::base::stopping::Stopping;
use crate::keyring::Keyring;
use crate::keys::{KeyJob, KeyState};
use crate::store::{RevokedSince, RevokedSinceRows, Store, StoreError};
use edgewrit_shared::bundle::revocation::Rows;
use edgewrit_shared::bundle::{Bundle, Snapshot, Trust};
use edgewrit_shared::edge_api::bundle::Position;
use edgewrit_shared::jose::jws::JwsKind;
use edgewrit_shared::limits::{BUNDLE_CLOCK_SKEW, BUNDLE_FRESH};
use edgewrit_shared::time::UnixSeconds;
use hyper::body::Bytes;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::timeout;

/// Deltas that are made, and kept, for the second in which they were made.
const KEPT: usize = 64;
/// Revocations of one delta; an edge that is further behind gets a snapshot.
const DELTA_REVOCATIONS: u64 = 10_000;
/// Keys for checkpoints that a whole bundle lists, the newest ones.
const CHECKPOINT_KEYS: usize = 16;
/// Edges that wait for news at the same time; others are answered at once.
const POLLERS: usize = 4_096;

/// Why there is no bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildBundleError {
    /// The store refused.
    #[error(transparent)]
    Store(StoreError),
    /// The issuer itself would not believe what it signed; why.
    #[error("the bundle just signed is not believable: {0}")]
    Own(String),
}

/// Makes bundles.
#[derive(Debug)]
pub struct Feed {
    issuer: String,
    store: Arc<dyn Store>,
    clock: Clock,
    keyring: Arc<Keyring>,
    made: Mutex<MadeDocuments>,
    own: Mutex<Option<Arc<Snapshot>>>,
    pollers: Semaphore,
}

/// The documents that were made for one state in one second, by the position that each extends.
#[derive(Debug, Default)]
struct MadeDocuments {
    state: Option<DocumentInputs>,
    documents: HashMap<Option<u64>, Bytes>,
}

/// The state that a document depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct DocumentInputs {
    latest: u64,
    keys: u64,
    at: UnixSeconds,
}

impl MadeDocuments {
    /// Now, or the moment of the last bundle if the clock was set back by no more than edges bear:
    /// they refuse what is older than what they hold.
    fn after(&self, now: UnixSeconds) -> UnixSeconds {
        let last = self.state.map(|state| state.at);
        last.filter(|last| last.since(now) <= BUNDLE_CLOCK_SKEW)
            .map_or(now, |last| last.max(now))
    }
}

impl Feed {
    /// A feed of what `store` holds, about the keys of `keyring`, in the name of `issuer`.
    #[must_use]
    pub fn new(issuer: String, store: Arc<dyn Store>, clock: Clock, keyring: Arc<Keyring>) -> Self {
        Self {
            issuer,
            store,
            clock,
            keyring,
            made: Mutex::default(),
            own: Mutex::default(),
            pollers: Semaphore::new(POLLERS),
        }
    }

    /// A delta after `have`, or a snapshot if `have` is no position in this history. Waits up to
    /// `wait` for something newer than `have`, or until `stopping`.
    ///
    /// # Errors
    /// [`BuildBundleError`].
    pub async fn after(
        &self,
        have: Option<Position>,
        wait: Duration,
        stopping: Stopping,
    ) -> Result<Bytes, BuildBundleError> {
        let mut ends = self.store.history_ends();
        let known = ends.borrow_and_update().revocation;
        let known_to_us = have.filter(|have| have.epoch == self.store.epoch() && have.seq <= known);
        let Some(Position { seq, .. }) = known_to_us else {
            return self.document(None).await;
        };
        if let Ok(_place) = self.pollers.try_acquire() {
            let news = ends.wait_for(|ends| ends.revocation > seq);
            tokio::select! {
                _ = timeout(wait, news) => {}
                () = stopping.wait() => {}
            }
        }
        self.document(Some(seq)).await
    }

    async fn document(&self, from: Option<u64>) -> Result<Bytes, BuildBundleError> {
        let latest = self.store.history_ends().borrow().revocation;
        // Held while the document is made, so that a thousand edges woken at once cost one
        // signature.
        let mut made = self.made.lock().await;
        let now = made.after(self.clock.now().seconds());
        let inputs = DocumentInputs {
            latest,
            keys: self.keyring.key_set().version,
            at: now,
        };
        if made.state != Some(inputs) {
            made.state = Some(inputs);
            made.documents.clear();
        }
        // The position of an edge is not trusted: for those far behind, and once many have said
        // something else, there is the snapshot.
        let far = from.is_none_or(|from| latest.saturating_sub(from) > DELTA_REVOCATIONS);
        let many = made.documents.len() >= KEPT && !made.documents.contains_key(&from);
        let from = from.filter(|_| !far && !many);
        if let Some(document) = made.documents.get(&from) {
            return Ok(document.clone());
        }
        let document = self.make(from, now).await?;
        made.documents.insert(from, document.clone());
        Ok(document)
    }

    async fn make(&self, from: Option<u64>, now: UnixSeconds) -> Result<Bytes, BuildBundleError> {
        let since = RevokedSince {
            from: from.unwrap_or_default(),
            now,
        };
        let read = self.store.revoked_since(since).await;
        let RevokedSinceRows {
            latest: seq,
            revocations,
            head,
        } = read.map_err(BuildBundleError::Store)?;
        let key_set = self.keyring.key_set();
        let bundle = Bundle {
            iss: self.issuer.clone(),
            epoch: self.store.epoch().to_owned(),
            seq,
            from,
            issued_at: now,
            fresh_until: now.plus(BUNDLE_FRESH),
            keys: key_set.verifying(),
            dropped_keys: key_set.dropped(),
            // For auditors, which ask for a whole bundle. Edges, which follow by deltas, have no
            // use for them.
            checkpoint_keys: key_set.checkpoint_keys(if from.is_none() { CHECKPOINT_KEYS } else { 0 }),
            audit_head: Some(head.to_string()),
            rows: Rows::encode(revocations),
        };
        let jws = key_set.bundle.sign(JwsKind::Bundle, bundle.payload().as_bytes());
        Ok(bundle.join(&jws).into())
    }

    /// The snapshot that the issuer itself holds, with every revocation that is durable by now.
    ///
    /// # Errors
    /// [`BuildBundleError`].
    pub async fn snapshot(&self) -> Result<Arc<Snapshot>, BuildBundleError> {
        let latest = self.store.history_ends().borrow().revocation;
        let mut own = self.own.lock().await;
        // Not before: a caller that waited for the lock must not take what was made meanwhile for
        // something from the future.
        let now = self.clock.now().seconds();
        if let Some(held) = own.as_ref().filter(|held| is_current(held, latest, now)) {
            return Ok(Arc::clone(held));
        }
        let key_set = self.keyring.key_set();
        let trust = Trust {
            issuer: self.issuer.clone(),
            pins: key_set
                .public(KeyJob::Bundle, &[KeyState::Current, KeyState::Next])
                .cloned()
                .collect(),
        };
        let from = own.as_deref().and_then(seq);
        // Made apart: no client has a say in when the issuer itself knows what is revoked.
        let made = own.as_ref().map_or(now, |held| held.issued_at().max(now));
        let document = self.make(from, made).await?;
        let applied = Snapshot::apply(own.as_deref(), &document, &trust, now);
        let snapshot = Arc::new(applied.map_err(|error| BuildBundleError::Own(error.label().to_owned()))?);
        *own = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }
}

fn is_current(held: &Snapshot, latest: u64, now: UnixSeconds) -> bool {
    seq(held) >= Some(latest) && held.is_fresh(now)
}

/// The number of the last revocation in a snapshot.
fn seq(held: &Snapshot) -> Option<u64> {
    Position::parse(&held.position()).map(|position| position.seq)
}
