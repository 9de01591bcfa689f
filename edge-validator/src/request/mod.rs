//! A request as an attempt: its operation, its parameters in every reading, and the draft of what is sent.

pub(crate) mod body;
pub(crate) mod draft;
pub(crate) mod parsed;
pub(crate) mod query;
pub(crate) mod readings;
