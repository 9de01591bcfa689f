//! What lasts: the store, as a set of named transactions.
//!
//! *Acknowledged means durable.* A transaction is answered after its work is durable, and the
//! events of its work are durable with it. The traits (`store/transactions/`) say what a store
//! does, the rules (`store/rules/`) say how it decides, and `store/sqlite/` has the database.

mod error;
pub mod memory;
pub mod rows;
pub mod rules;
mod sqlite;
#[cfg(test)]
mod suite;
mod transactions;

pub use error::StoreError;
pub use sqlite::*;
pub(crate) use sqlite::{begin_epoch, look_at_database, open_database};
pub use transactions::*;
