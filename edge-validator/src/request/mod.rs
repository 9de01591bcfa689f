//! The attempts of a request: operations, parameters in every reading, and the draft of the
//! outgoing request.

pub(crate) mod attempts;
pub(crate) mod body;
pub(crate) mod draft;
pub(crate) mod parsed;
pub(crate) mod query;
pub(crate) mod readings;

#[cfg(test)]
mod batch;
