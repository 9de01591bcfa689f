//! The endpoints of edges.
//!
//! The tests here and in `requests/` write paths and bodies as literals: they assert that the wire
//! format does not change. Other tests use [`edgewrit_shared::edge_api`].

pub(crate) mod boots_and_uses;
pub(crate) mod records;
pub(crate) mod spending;
