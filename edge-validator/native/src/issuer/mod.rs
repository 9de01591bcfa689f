//! The snapshots of the issuer.

pub(crate) mod bundle;
pub(crate) mod held;
