//! The outgoing request before the decision.

use crate::http::headers::HeaderFields;
use crate::memory::body_budget::BodyReservation;
use alloc::string::String;
use alloc::vec::Vec;

/// An outgoing request without a permit.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: HeaderFields,
    pub(crate) body: Option<Vec<u8>>,
    /// The reservation of the body in the budget until the verdict.
    pub(crate) reserved: Option<BodyReservation>,
}
