//! What the Workers runtime offers: time, randomness, bodies, calls, and what crosses to JavaScript.

pub(crate) mod body;
pub(crate) mod host;
pub(crate) mod issuer;
pub(crate) mod runtime;
