//! Commands that run a server, and that make, copy and restore the data directory of an issuer.

pub(crate) mod backup;
pub(crate) mod first_try;
pub(crate) mod init;
pub(crate) mod proxy;
pub(crate) mod restore;
mod running;
pub(crate) mod serve;
