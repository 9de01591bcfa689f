//! Calls to a running issuer.

pub(crate) mod data_folder;
pub(crate) mod remote_issuer;
