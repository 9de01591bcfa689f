//! What edges and issuer record and count.

mod audit_heads;
mod metrics;
mod one_use;
mod records;
