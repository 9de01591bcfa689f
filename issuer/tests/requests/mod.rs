//! Every endpoint: bad input, an unavailable store, what the documentation says.

pub(crate) mod bad_input;
pub(crate) mod callers;
pub(crate) mod documentation;
pub(crate) mod dropped;
pub(crate) mod headers_and_bodies;
pub(crate) mod unavailable_store;
