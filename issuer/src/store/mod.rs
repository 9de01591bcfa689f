//! The durable state: the store, as a set of named transactions.
//!
//! *Acknowledged means durable.* A transaction is answered after its work is durable, and the
//! events of its work are durable with it. The traits (`store/transactions/`) say what a store
//! does, the rules (`store/rules/`) say how it decides, and `store/sqlite/` has the database. The
//! store in memory is the model of a store for tests.

mod error;
pub mod memory;
pub mod rows;
pub mod rules;
mod sqlite;
#[cfg(test)]
mod suite;
mod transactions;

use std::fmt;

pub use error::StoreError;
#[cfg(test)]
pub(crate) use sqlite::HeldDatabase;
pub use sqlite::{CopyDatabaseError, DatabaseOrigin, EpochError, OpenStoreError, ReadDatabaseError, SqliteStore};
pub(crate) use sqlite::{HistoryDatabase, TaskName, copy_database};
pub use transactions::*;

/// A store: all of its transactions.
pub trait Store:
    TaskStore
    + EdgeStore
    + AgentStore
    + TokenStore
    + RegistryStore
    + KeyStore
    + AuditStore
    + MaintenanceStore
    + fmt::Debug
    + Send
    + Sync
{
}

impl Store for SqliteStore {}
impl Store for memory::MemoryStore {}
