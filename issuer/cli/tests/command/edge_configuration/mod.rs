//! Commands on the configuration of an edge.

mod config_check;
pub(crate) mod decide;
mod explain;
mod operations_check;
mod operations_from_openapi;
mod operations_replay;
mod reach;
