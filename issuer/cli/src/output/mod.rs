//! Lines and JSON that the command writes.

pub(crate) mod attempt;
pub(crate) mod failure;
pub(crate) mod json;
pub(crate) mod streams;
pub(crate) mod words;
