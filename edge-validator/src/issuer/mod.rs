//! The protocol between edge and issuer, at the edge. The host sends each call and returns the
//! answer.

pub mod bundle;
pub mod bundle_handover;
pub mod call;
pub mod pace;
pub mod records;

mod boot;
pub(crate) mod uses;
