//! HTTP: the head as a host passes it, and the canonical forms of its parts.

pub mod head;
pub mod header_diff;

pub(crate) mod case_folding;
pub(crate) mod headers;
pub(crate) mod percent;
pub(crate) mod spelling;
pub(crate) mod target;
