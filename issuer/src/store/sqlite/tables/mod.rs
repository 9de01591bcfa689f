//! The tables but for the audit, one file a subject. Every function runs inside a transaction of
//! its caller.

pub(crate) mod agent;
pub(crate) mod keys;
pub(crate) mod lineage;
pub(crate) mod recorded;
pub(crate) mod registry;
pub(crate) mod report;
pub(crate) mod revocation;
pub(crate) mod spend;
pub(crate) mod task;
pub(crate) mod task_number;
