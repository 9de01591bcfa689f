//! The interface to the Workers runtime: time, randomness, bodies, calls, and the exchange with
//! JavaScript.

pub(crate) mod body;
pub(crate) mod host;
pub(crate) mod issuer;
pub(crate) mod runtime;
