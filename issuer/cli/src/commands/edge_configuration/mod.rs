//! Commands that check or make the configuration of an edge, or say what an edge would do under it.

pub(crate) mod config;
pub(crate) mod decide;
pub(crate) mod explain;
pub(crate) mod operations;
pub(crate) mod reach;
