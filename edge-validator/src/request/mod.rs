//! The attempt of a request: its operation, its parameters in every reading, and the draft of the
//! outgoing request.

pub(crate) mod body;
pub(crate) mod draft;
pub(crate) mod parsed;
pub(crate) mod query;
pub(crate) mod readings;
