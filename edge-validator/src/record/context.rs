//! The facts about one request that the edge knows so far. Every verdict carries them to the log.

use crate::memory::request_id::RequestId;
use crate::operation::Operation;
use crate::writ::Writ;
use alloc::sync::Arc;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::Claims;

/// The facts about one request that the edge knows so far.
#[derive(Clone, Debug)]
pub(crate) struct RequestContext {
    pub(crate) request_id: RequestId,
    /// The time at which the request began.
    pub(crate) at: UnixSeconds,
    /// The trace context of the client (W3C Trace Context), if the client sent one.
    pub(crate) traceparent: Option<Arc<str>>,
    pub(crate) writ: Option<Arc<Writ>>,
    pub(crate) subject: Subject,
}

/// The subject of a request, permitted or refused, as far as the edge knows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subject {
    pub(crate) operation: Option<Arc<Operation>>,
    pub(crate) resource: Option<Arc<str>>,
}

impl RequestContext {
    /// A context that has only the id of the request.
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
