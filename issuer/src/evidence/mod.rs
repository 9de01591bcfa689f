//! What proves the audit outside of the database, and those who read and verify it.

pub(crate) mod audit_log;
pub mod history;
pub mod outside;
pub mod verify;
