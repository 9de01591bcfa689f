//! The operator: the admin endpoints, the data directory, upgrade and restore.

pub(crate) mod admin_endpoints;
pub(crate) mod maintenance;
pub(crate) mod restore;
pub(crate) mod secrets_and_revocations;
pub(crate) mod upgrade;
