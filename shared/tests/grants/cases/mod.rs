//! Grants made by chance, the steps that narrow them, and a second evaluator.

pub(crate) mod listed;
pub(crate) mod made;
pub(crate) mod naive;
pub(crate) mod steps;
