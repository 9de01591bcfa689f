//! The calls to the issuer.

pub(crate) mod bundle;
mod call;
pub(crate) mod held;

pub(crate) use call::call;
