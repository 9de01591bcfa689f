//! HTTP: what a host hands over, and the canonical forms of what it holds.

pub mod head;
pub mod header_diff;

pub(crate) mod case_folding;
pub(crate) mod headers;
pub(crate) mod percent;
pub(crate) mod spelling;
pub(crate) mod target;
