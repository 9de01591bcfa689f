//! Commands that change what an issuer has registered, keeps or has revoked.

pub(crate) mod client;
pub(crate) mod edge;
pub(crate) mod keys;
pub(crate) mod revoke;
