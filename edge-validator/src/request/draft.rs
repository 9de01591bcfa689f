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

impl Draft {
    /// Adds the body, and releases the reserved room that it does not need.
    pub(crate) fn set_body(&mut self, body: Vec<u8>) {
        if let Some(reserved) = &mut self.reserved {
            reserved.shrink(body.len());
        }
        self.body = Some(body);
    }
}
