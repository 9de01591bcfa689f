//! The base of all other folders: time, ids, JSON documents, limits. Nothing here knows the store
//! or a domain.

pub mod clock;
pub(crate) mod from;
pub mod id;
pub mod json_document;
pub(crate) mod limiter;
pub(crate) mod names;
pub mod origin;
pub mod rfc3339;
pub(crate) mod source;
pub mod stopping;
pub mod ttl;
