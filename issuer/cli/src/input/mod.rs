//! Arguments, files and lines that the command reads.

pub(crate) mod arguments;
pub(crate) mod document;
pub(crate) mod edge_configuration;
pub(crate) mod lines;
pub(crate) mod moment;
pub(crate) mod task_request;
