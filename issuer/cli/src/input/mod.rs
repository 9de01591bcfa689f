//! Arguments, files and lines that the command reads.

pub(crate) mod arguments;
pub(crate) mod document;
pub(crate) mod edge_configuration;
pub(crate) mod group_readable;
pub(crate) mod moment;
pub(crate) mod question_lines;
pub(crate) mod task_request;
