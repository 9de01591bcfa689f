//! Rows as every store keeps them. No row knows how it is kept.

pub mod agent;
pub mod audit;
pub mod ends;
pub mod keys;
pub mod lineage;
pub mod registry;
pub mod report;
pub mod reporting_edge;
pub mod revocation;
pub mod revoke_target;
pub mod spend;
pub mod task;
