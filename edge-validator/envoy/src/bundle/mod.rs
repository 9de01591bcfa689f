//! The bundle of the issuer: the schedule of requests, and the handover to later instances.

pub(crate) mod handover;
pub(crate) mod schedule;
