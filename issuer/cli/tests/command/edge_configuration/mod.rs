//! Commands on the configuration of an edge.

mod checking;
pub(crate) mod decide;
mod explain;
mod files;
mod importing;
mod reach;
mod replay;
