//! The handover of bundles to later instances.

pub(crate) mod handover;
