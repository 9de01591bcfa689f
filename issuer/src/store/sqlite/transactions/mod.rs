//! The transactions of the store: each reads the rows that its rule asks for, and writes what the
//! rule decides. A function with a [`Writing`] runs inside one transaction.
//!
//! [`Writing`]: super::Writing

mod agents;
mod audit;
mod edges;
mod keys;
mod maintenance;
mod registry;
mod tasks;
mod tokens;
