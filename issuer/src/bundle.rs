//! The bundle: what edges follow. Made when it is asked for, once for all who ask in the same second, and read back by the issuer
//! itself: its own view of keys and revocations is a snapshot like any edge's.

use crate::clock::Clock;
use crate::keys::{Job, Keyring, State};
use crate::store::{Store, StoreError, audit, revocation};
use axum::body::Bytes;
use edgewrit_shared::bundle::{Bundle, Snapshot, Trust};
use edgewrit_shared::jws::JwsKind;
use edgewrit_shared::limits::{BUNDLE_CLOCK_SKEW, BUNDLE_FRESH};
use edgewrit_shared::revocation::Rows;
use edgewrit_shared::time::UnixSeconds;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use std::{error, fmt};
use tokio::sync::{Mutex, Semaphore, watch};
use tokio::time::timeout;

/// Deltas that are made, and kept, for the second in which they were made.
const KEPT: usize = 64;
/// Revocations of one delta; who is further behind gets a snapshot.
const DELTA_REVOCATIONS: u64 = 10_000;
/// Keys for checkpoints that a whole bundle lists, the newest ones.
const CHECKPOINT_KEYS: usize = 16;
/// Edges that wait for news at the same time; others are answered at once.
const POLLERS: usize = 4_096;

/// Why there is no bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleError {
    /// The store refused.
    Store(StoreError),
    /// The issuer itself would not believe what it signed; why.
    Own(String),
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Own(what) => write!(f, "the bundle just signed is not believable: {what}"),
        }
    }
}

impl error::Error for BundleError {}

/// A position in the history of revocations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which history.
    pub epoch: String,
    /// How far.
    pub seq: u64,
}

impl Position {
    /// Reads `<epoch>.<seq>`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (epoch, seq) = text.split_once('.')?;
        let digits = seq.bytes().all(|byte| byte.is_ascii_digit());
        let seq = digits.then(|| seq.parse().ok())??;
        Some(Self {
            epoch: epoch.to_owned(),
            seq,
        })
    }
}

/// Makes bundles.
#[derive(Debug)]
pub struct Feed {
    issuer: String,
    store: Arc<Store>,
    clock: Clock,
    keyring: Arc<Keyring>,
    made: Mutex<Made>,
    own: Mutex<Option<Arc<Snapshot>>>,
    pollers: Semaphore,
}

/// What was made for one state in one second, by the position it extends.
#[derive(Debug, Default)]
struct Made {
    state: Option<Stand>,
    documents: HashMap<Option<u64>, Bytes>,
}

/// What a document depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stand {
    latest: u64,
    keys: u64,
    at: UnixSeconds,
}

impl Made {
    /// Now, or the moment of the last bundle if the clock was set back by no more than edges bear: they refuse what is older than
    /// what they hold.
    fn after(&self, now: UnixSeconds) -> UnixSeconds {
        let last = self.state.map(|state| state.at);
        last.filter(|last| last.since(now) <= BUNDLE_CLOCK_SKEW)
            .map_or(now, |last| last.max(now))
    }
}

impl Feed {
    /// A feed of what `store` holds, about the keys of `keyring`, in the name of `issuer`.
    #[must_use]
    pub fn new(issuer: String, store: Arc<Store>, clock: Clock, keyring: Arc<Keyring>) -> Self {
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

    /// A delta after `have`, or a snapshot if `have` is no position in this history. Waits up to `wait` for something newer than
    /// `have`, or until `stopping`.
    ///
    /// # Errors
    /// [`BundleError`].
    pub async fn after(
        &self,
        have: Option<Position>,
        wait: Duration,
        stopping: Stopping,
    ) -> Result<Bytes, BundleError> {
        let mut reached = self.store.reached();
        let known = reached.borrow_and_update().revocation;
        let known_to_us = have.filter(|have| have.epoch == self.store.epoch() && have.seq <= known);
        let Some(Position { seq, .. }) = known_to_us else {
            return self.document(None).await;
        };
        if let Ok(_place) = self.pollers.try_acquire() {
            let news = reached.wait_for(|reached| reached.revocation > seq);
            tokio::select! {
                _ = timeout(wait, news) => {}
                () = stopping.wait() => {}
            }
        }
        self.document(Some(seq)).await
    }

    async fn document(&self, from: Option<u64>) -> Result<Bytes, BundleError> {
        let latest = self.store.reached().borrow().revocation;
        // Held while the document is made, so that a thousand edges woken at once cost one signature.
        let mut made = self.made.lock().await;
        let now = made.after(self.clock.now().seconds());
        let stand = Stand {
            latest,
            keys: self.keyring.ring().version,
            at: now,
        };
        if made.state != Some(stand) {
            made.state = Some(stand);
            made.documents.clear();
        }
        // What an edge says to have is its word: for those far behind, and once many have said something else, there is the snapshot.
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

    async fn make(&self, from: Option<u64>, now: UnixSeconds) -> Result<Bytes, BundleError> {
        let read = self.store.read(move |connection| {
            let revocations = revocation::since(connection, from.unwrap_or_default(), now)?;
            Ok((revocation::latest(connection)?, revocations, audit::head(connection)?))
        });
        let (seq, revocations, head) = read.await.map_err(BundleError::Store)?;
        let ring = self.keyring.ring();
        let bundle = Bundle {
            iss: self.issuer.clone(),
            epoch: self.store.epoch().to_owned(),
            seq,
            from,
            issued_at: now,
            fresh_until: now.plus(BUNDLE_FRESH),
            keys: ring.verifying(),
            dropped_keys: ring.dropped(),
            // For auditors, who ask for a whole bundle. Edges, which follow by deltas, have no use for them.
            checkpoint_keys: ring.checkpoint_keys(if from.is_none() { CHECKPOINT_KEYS } else { 0 }),
            audit_head: Some(head.to_string()),
            rows: Rows::encode(revocations),
        };
        let jws = ring.bundle.sign(JwsKind::Bundle, bundle.payload().as_bytes());
        Ok(bundle.join(&jws).into())
    }

    /// What the issuer itself holds: every revocation that is durable by now.
    ///
    /// # Errors
    /// [`BundleError`].
    pub async fn snapshot(&self) -> Result<Arc<Snapshot>, BundleError> {
        let latest = self.store.reached().borrow().revocation;
        let mut own = self.own.lock().await;
        // Not before: who waited for the lock must not take what was made meanwhile for something from the future.
        let now = self.clock.now().seconds();
        if let Some(held) = own.as_ref().filter(|held| counts(held, latest, now)) {
            return Ok(Arc::clone(held));
        }
        let ring = self.keyring.ring();
        let trust = Trust {
            issuer: self.issuer.clone(),
            pins: ring
                .public(Job::Bundle, &[State::Current, State::Next])
                .cloned()
                .collect(),
        };
        let from = own.as_deref().and_then(seq);
        // Made apart: nobody outside has a say in when the issuer itself knows what is revoked.
        let made = own.as_ref().map_or(now, |held| held.issued_at().max(now));
        let document = self.make(from, made).await?;
        let applied = Snapshot::apply(own.as_deref(), &document, &trust, now);
        let snapshot = Arc::new(applied.map_err(|error| BundleError::Own(error.label().to_owned()))?);
        *own = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }
}

fn counts(held: &Snapshot, latest: u64, now: UnixSeconds) -> bool {
    seq(held) >= Some(latest) && held.is_fresh(now)
}

/// How far what is held reaches.
fn seq(held: &Snapshot) -> Option<u64> {
    Position::parse(&held.position()).map(|position| position.seq)
}

/// Tells when the issuer stops, so that nobody waits for news from it.
#[derive(Clone, Debug)]
pub struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// The one who says so, and the one who hears.
    #[must_use]
    pub fn channel() -> (watch::Sender<bool>, Self) {
        let (say, hear) = watch::channel(false);
        (say, Self(hear))
    }

    /// Whether it was said.
    #[must_use]
    pub fn is_said(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when the issuer stops.
    pub async fn wait(mut self) {
        if self.0.wait_for(|stopping| *stopping).await.is_err() {
            // Nobody is left to say so: then it never stops.
            std::future::pending::<()>().await;
        }
    }
}
