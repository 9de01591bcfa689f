//! The endpoints of edges.

pub(crate) mod boots_and_uses;
pub(crate) mod records;
pub(crate) mod spending;
