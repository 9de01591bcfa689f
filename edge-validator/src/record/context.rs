//! The facts about one request that its record states.

use crate::memory::request_id::RequestId;
use crate::operation::Operation;
use crate::reason::Objection;
use crate::writ::Writ;
use alloc::sync::Arc;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::Claims;

/// The facts about one request that its record states, as far as the edge knows them.
#[derive(Clone, Debug)]
pub(crate) struct RequestContext {
    pub(crate) arrival: Arrival,
    pub(crate) writ: Option<Arc<Writ>>,
    pub(crate) subject: Subject,
}

/// The facts about a request before its head is judged.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) request_id: RequestId,
    /// The time at which the request began.
    pub(crate) at: UnixSeconds,
    /// The trace context of the client (W3C Trace Context), if the client sent one.
    pub(crate) traceparent: Option<Arc<str>>,
}

/// The subject of a request or of one of its attempts, as far as the edge knows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subject {
    pub(crate) operation: Option<Arc<Operation>>,
    /// `None` too if the request has several attempts.
    pub(crate) resource: Option<Arc<str>>,
}

/// An objection to one attempt, which refuses the whole request with the subject of this attempt.
#[derive(Debug)]
pub(crate) struct RefusedAttempt {
    /// `None` if the objection is to the request as a whole.
    pub(crate) subject: Option<Subject>,
    pub(crate) objection: Objection,
}

impl RequestContext {
    /// A context that has only the id of the request.
    pub(crate) fn new(request_id: RequestId, at: UnixSeconds) -> Self {
        Self {
            arrival: Arrival {
                request_id,
                at,
                traceparent: None,
            },
            writ: None,
            subject: Subject::default(),
        }
    }

    pub(crate) fn claims(&self) -> Option<&Claims> {
        self.writ.as_ref().map(|writ| writ.verified.claims())
    }
}

impl Subject {
    /// The subject of an attempt at `operation`.
    pub(crate) fn new(operation: &Arc<Operation>, resource: Option<&Arc<str>>) -> Self {
        Self {
            operation: Some(Arc::clone(operation)),
            resource: resource.filter(|_| operation.selector().is_none()).map(Arc::clone),
        }
    }

    /// The action; `None` if the body selects the operations and the edge has not read it.
    pub(crate) fn action(&self) -> Option<&str> {
        let operation = self.operation.as_ref()?;
        operation.selector().is_none().then_some(operation.action.as_str())
    }

    pub(crate) fn resource(&self) -> Option<&str> {
        self.resource.as_deref()
    }
}

impl From<Objection> for RefusedAttempt {
    fn from(objection: Objection) -> Self {
        Self {
            subject: None,
            objection,
        }
    }
}
