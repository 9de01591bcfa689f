//! What edges ask of the issuer: boots, uses, and records of what they decided.

pub(crate) mod records;
pub(crate) mod spend;
