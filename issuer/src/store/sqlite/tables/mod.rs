//! The tables but for the audit, one file a subject. Every function runs inside a transaction of
//! its caller.

pub mod agent;
pub mod keys;
pub mod lineage;
pub mod recorded;
pub mod registry;
pub mod report;
pub mod revocation;
pub mod spend;
pub mod task;
pub mod task_number;
