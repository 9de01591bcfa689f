//! A store in memory: the model of a store, with no file and no SQL.
//!
//! A write works on a copy of all rows, which takes their place once the write has succeeded. The
//! decisions are the rules (`store/rules/`) that SQLite calls too. Nothing outlasts the process.

mod agents;
mod audit;
mod edges;
mod keys;
mod maintenance;
mod registry;
mod state;
mod tasks;
mod tokens;
mod writing;

use super::rows::ends::HistoryEnds;
use super::{StoreError, Stored};
use crate::audit::{Admissions, EventLimiter};
use crate::base::clock::Clock;
use state::MemoryState;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use writing::MemoryWriting;

/// A store whose rows are in memory.
#[derive(Debug)]
pub struct MemoryStore {
    clock: Clock,
    epoch: String,
    limiter: EventLimiter,
    state: Mutex<MemoryState>,
    ends: watch::Sender<HistoryEnds>,
    broken: watch::Sender<bool>,
}

impl MemoryStore {
    /// A store without rows, whose history is `epoch`.
    #[must_use]
    pub fn new(epoch: String, clock: Clock) -> Self {
        Self {
            clock,
            epoch,
            limiter: EventLimiter::new(),
            state: Mutex::default(),
            ends: watch::Sender::default(),
            broken: watch::Sender::default(),
        }
    }

    /// The epoch that begins at the next start, if the operator declared one.
    #[must_use]
    pub fn next_epoch(&self) -> Option<String> {
        self.lock().next_epoch.clone()
    }

    fn lock(&self) -> MutexGuard<'_, MemoryState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<'a, T: Send + 'a>(&'a self, work: impl FnOnce(&MemoryState) -> T + Send + 'a) -> Stored<'a, T> {
        Box::pin(async move { Ok(work(&self.lock())) })
    }

    fn write<'a, T, F>(&'a self, work: F) -> Stored<'a, T>
    where
        T: Send + 'a,
        F: FnOnce(&mut MemoryWriting<'_>) -> Result<T, StoreError> + Send + 'a,
    {
        Box::pin(async move { self.write_now(work) })
    }

    fn write_now<T>(
        &self,
        work: impl FnOnce(&mut MemoryWriting<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut state = self.lock();
        let mut writing = MemoryWriting {
            state: state.clone(),
            clock: &self.clock,
            limiter: &self.limiter,
            admissions: Admissions::default(),
        };
        let done = work(&mut writing);
        let MemoryWriting {
            state: next,
            admissions,
            ..
        } = writing;
        if done.is_err() {
            self.limiter.undo(admissions);
            return done;
        }
        self.limiter.commit(admissions);
        *state = next;
        let ends = state.ends();
        self.ends
            .send_if_modified(|known| std::mem::replace(known, ends) != ends);
        done
    }
}

/// The error of a row whose key is taken already: a defect of the caller.
fn taken(what: &str) -> StoreError {
    StoreError::Unavailable(format!("there is such a {what} already"))
}
