//! The rules of the transactions: pure functions over rows and requests.
//!
//! Each rule is written once, and every store calls it. A store reads the rows that a rule asks
//! for, and writes what the rule decides, in one transaction. No rule reads a clock, a file or a
//! database.

pub mod agents;
pub mod clients;
pub mod keys;
pub mod records;
pub mod retention;
pub mod revocations;
pub mod revoke;
pub mod spends;
pub mod tasks;
