//! The common suite of the stores: each test runs on SQLite and in memory, and both must record the
//! same audit chain.

mod agents;
mod audit;
mod edges;
mod groups;
mod keys;
mod maintenance;
mod random;
mod registry;
mod rows;
mod tasks;
mod tokens;

use super::memory::MemoryStore;
use super::rows::audit::EventsBehind;
use super::{EventsAfter, SqliteStore, Store, StoreError};
use crate::base::clock::{Clock, Moment};
use crate::files::{GroupRead, OwnFile};
use edgewrit_shared::time::UnixSeconds;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// Time at which each test begins, in seconds.
const START: u64 = 1_800_000_000;

/// A store without rows, and its clock.
struct StoreFixture {
    store: Arc<dyn Store>,
    millis: Arc<AtomicU64>,
    _folder: Option<TempDir>,
}

impl StoreFixture {
    fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (clock, millis) = settable_clock();
        let database = OwnFile::new(directory.path().join("issuer.db"), GroupRead::Refused);
        Self {
            store: Arc::new(SqliteStore::open(&database, clock).unwrap()),
            millis,
            _folder: Some(directory),
        }
    }

    fn memory() -> Self {
        let (clock, millis) = settable_clock();
        Self {
            store: Arc::new(MemoryStore::new("epoch".to_owned(), clock)),
            millis,
            _folder: None,
        }
    }

    /// The time of its clock.
    fn now(&self) -> UnixSeconds {
        self.moment().seconds()
    }

    fn moment(&self) -> Moment {
        let millis = self.millis.load(Ordering::SeqCst);
        Moment { millis }
    }

    /// Lets so many seconds pass.
    fn pass(&self, seconds: u64) {
        self.millis.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    /// Sets the clock back by so many seconds.
    fn set_back(&self, seconds: u64) {
        self.millis.fetch_sub(seconds * 1_000, Ordering::SeqCst);
    }

    /// Every line of the chain that is not pruned.
    async fn lines(&self) -> Vec<String> {
        let after = EventsAfter {
            from: 0,
            most: u64::from(u32::MAX),
        };
        let EventsBehind { before, links } = self.store.events_after(after).await.unwrap();
        let mut head = before;
        for link in &links {
            head = link.follows(&head).unwrap();
        }
        assert_eq!(
            self.store.audit_head().await.unwrap(),
            head,
            "the chain ends at its head"
        );
        assert_eq!(self.store.history_ends().borrow().head, head, "the end was announced");
        links.into_iter().map(|link| link.line).collect()
    }

    /// The names of the events in the chain.
    async fn kinds(&self) -> Vec<String> {
        let lines = self.lines().await;
        let kind = |line: &String| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["event"].as_str().unwrap().to_owned()
        };
        lines.iter().map(kind).collect()
    }
}

fn settable_clock() -> (Clock, Arc<AtomicU64>) {
    let millis = Arc::new(AtomicU64::new(START * 1_000));
    let read = Arc::clone(&millis);
    let clock = Clock::new(move || Duration::from_millis(read.load(Ordering::SeqCst)));
    (clock, millis)
}

/// An outcome as text; of an error only that it is one.
fn outcome_text<T: Debug>(outcome: Result<T, StoreError>) -> String {
    outcome.map_or_else(|_| "an error".to_owned(), |outcome| format!("{outcome:?}"))
}

/// Runs `check` on a store of each kind. Both must have recorded the same chain then.
async fn on_each_store(check: impl AsyncFn(&StoreFixture)) {
    let (sqlite, memory) = (StoreFixture::sqlite(), StoreFixture::memory());
    check(&sqlite).await;
    check(&memory).await;
    assert_eq!(
        sqlite.lines().await,
        memory.lines().await,
        "SQLite and memory record the same"
    );
}

/// Asserts that `outcome` is the error of the store, and that neither the chain nor the revocations
/// went on with it.
async fn assert_undone<T: Debug>(fixture: &StoreFixture, transaction: impl Future<Output = Result<T, StoreError>>) {
    let before = *fixture.store.history_ends().borrow();
    let outcome = transaction.await;
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    assert_eq!(*fixture.store.history_ends().borrow(), before);
    assert_eq!(fixture.store.audit_head().await.unwrap(), before.head);
}
