//! The audit: its proofs, its omissions, its retention.

pub(crate) mod evidence;
pub(crate) mod omission;
pub(crate) mod retention;
