//! Calls to a running issuer.

pub(crate) mod admin;
pub(crate) mod http;
