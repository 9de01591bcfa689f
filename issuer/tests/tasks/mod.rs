//! Tasks: begun, repeated, ended.

pub(crate) mod completion;
pub(crate) mod repetition;
pub(crate) mod starting;
