//! Measurements: decisions, instructions, load, coverage.

pub(crate) mod bench;
pub(crate) mod counts;
pub(crate) mod coverage;
pub(crate) mod load;
