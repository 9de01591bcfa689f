//! The request in which something happens, as far as the audit keeps it.

use crate::audit::Event;

/// The request, and the trace to which it belongs.
#[derive(Clone, Debug, Default)]
pub struct RequestInfo {
    /// The request's id.
    pub request_id: Option<String>,
    /// `traceparent` (W3C Trace Context) of the request.
    pub traceparent: Option<String>,
}

impl Event {
    /// The request in which it happened.
    #[must_use]
    pub fn in_request(mut self, info: &RequestInfo) -> Self {
        self.request_id.clone_from(&info.request_id);
        self.traceparent.clone_from(&info.traceparent);
        self
    }
}
