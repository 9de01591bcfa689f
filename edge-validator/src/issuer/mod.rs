//! The edge's side of its protocol with the issuer. The host sends each call and hands back the answer.

pub mod bundle;
pub mod bundle_handover;
pub mod call;
pub mod records;

mod boot;
pub(crate) mod uses;
