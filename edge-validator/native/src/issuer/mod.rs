//! The calls to the issuer.

pub(crate) mod bundle;
pub(crate) mod held;

pub(crate) use crate::upstream::call::call;
