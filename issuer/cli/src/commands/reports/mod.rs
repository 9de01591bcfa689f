//! Commands that show what an issuer has recorded.

pub(crate) mod audit;
pub(crate) mod task;
pub(crate) mod why;
