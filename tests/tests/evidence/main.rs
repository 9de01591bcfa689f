//! The records and counters of edges and issuer.

mod audit_heads;
mod metrics;
mod one_use;
mod records;
