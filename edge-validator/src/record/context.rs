//! What is known of one request so far; every verdict carries it to the log.

use crate::memory::request_id::RequestId;
use crate::operation::Operation;
use crate::writ::Writ;
use alloc::sync::Arc;
use edgewrit_shared::claims::Claims;
use edgewrit_shared::time::UnixSeconds;

/// What is known of one request so far.
#[derive(Clone, Debug)]
pub(crate) struct RequestContext {
    pub(crate) request_id: RequestId,
    /// When it began.
    pub(crate) at: UnixSeconds,
    /// What the client's trace context calls it (W3C Trace Context), if it does.
    pub(crate) traceparent: Option<Arc<str>>,
    pub(crate) writ: Option<Arc<Writ>>,
    pub(crate) subject: Subject,
}

/// What a request is about, as far as it is known; refused or not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subject {
    pub(crate) operation: Option<Arc<Operation>>,
    pub(crate) resource: Option<Arc<str>>,
}

impl RequestContext {
    /// Nothing known but the name it is given.
    pub(crate) fn new(request_id: RequestId, at: UnixSeconds) -> Self {
        Self {
            request_id,
            at,
            traceparent: None,
            writ: None,
            subject: Subject::default(),
        }
    }

    pub(crate) fn claims(&self) -> Option<&Claims> {
        self.writ.as_ref().map(|writ| writ.verified.claims())
    }
}

impl Subject {
    pub(crate) fn action(&self) -> Option<&str> {
        self.operation.as_ref().map(|operation| operation.action.as_str())
    }

    pub(crate) fn resource(&self) -> Option<&str> {
        self.resource.as_deref()
    }
}
