//! Writs: how they are signed, which are valid, and their early end.

pub mod bundle;
pub(crate) mod cache;
pub(crate) mod lineage;
pub mod mint;
pub mod revoke;
pub(crate) mod status;
