//! The issuer's bundle: when the filter asks for a newer one, and what it leaves to later instances.

pub(crate) mod handover;
pub(crate) mod schedule;
