//! Commands that make, serve, copy and restore the data directory of an issuer.

pub(crate) mod backup;
pub(crate) mod init;
pub(crate) mod restore;
pub(crate) mod serve;
