//! Commands that examine grants without an edge.

pub(crate) mod lint;
pub(crate) mod narrower;
