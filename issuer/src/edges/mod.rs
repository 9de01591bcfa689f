//! The requests of edges: boots, debits of uses, and records of their decisions.

pub(crate) mod records;
pub(crate) mod spend;
