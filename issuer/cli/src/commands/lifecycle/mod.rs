//! Commands that make, serve, copy and restore the data folder of an issuer.

pub(crate) mod backup;
pub(crate) mod init;
pub(crate) mod restore;
pub(crate) mod serve;
