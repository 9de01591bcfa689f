//! The proofs of the audit outside of the database, its readers, and its verification.

pub(crate) mod audit_log;
mod events;
pub mod history;
pub mod outside;
pub mod verify;

pub(crate) use events::AuditEvents;
