//! Calls to a running issuer.

pub(crate) mod data_directory_options;
pub(crate) mod http_agent;
pub(crate) mod remote_issuer;
pub(crate) mod task_writs;
