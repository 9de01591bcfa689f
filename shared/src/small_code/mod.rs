//! Functions of the standard library with less code, for the validators.

pub mod heap_sort;
pub mod text_eq;
