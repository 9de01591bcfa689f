//! Calls to a running issuer.

pub(crate) mod data_directory_options;
pub(crate) mod remote_issuer;
