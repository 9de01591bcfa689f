//! Writs and sessions: how they are obtained, published, checked and ended.

pub(crate) mod bundle;
pub(crate) mod keys;
pub(crate) mod oauth;
pub(crate) mod session;
pub(crate) mod status;
pub(crate) mod wellknown;
