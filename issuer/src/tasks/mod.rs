//! Tasks: begun within a ceiling, reported, ended at once.

pub(crate) mod lifecycle;
pub mod report;
