//! Refusals: what the client may read and what the log may read are two things.

use crate::json_object::Object;
use crate::memory::Memory;
use crate::reason::{self, Objection, ProblemClass};
use crate::record::Record;
use crate::record::context::RequestContext;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use edgewrit_shared::time::UnixSeconds;

/// What a host can run into by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostFault {
    /// The request could not be read from the host.
    Unreadable,
    /// The host would send the request somewhere else than the permit says.
    OtherUpstream,
    /// The host would send something else than the permit says.
    OtherRequest,
    /// What is permitted could not be recorded.
    Unrecorded,
}

impl From<HostFault> for Objection {
    fn from(fault: HostFault) -> Self {
        match fault {
            HostFault::Unreadable => reason::HOST_UNREADABLE,
            HostFault::OtherUpstream => reason::HOST_UPSTREAM,
            HostFault::OtherRequest => reason::HOST_REQUEST,
            HostFault::Unrecorded => reason::UNRECORDED,
        }
        .into()
    }
}

/// A request that goes nowhere.
#[derive(Debug)]
pub struct Refusal(Box<Inner>);

#[derive(Debug)]
struct Inner {
    context: RequestContext,
    objection: Objection,
    /// Whether a use was spent before; nobody gives it back.
    spent: bool,
}

/// Seconds after which a client may try again what a busy edge has refused.
const RETRY_AFTER: &str = "1";
/// Carries the request's name to the client, on every answer: one to `HEAD` has no body to tell it.
pub(crate) const REQUEST_ID: &str = "edgewrit-request-id";

/// The answer to the client.
#[derive(Debug)]
pub struct ProblemResponse {
    /// HTTP status.
    pub status: u16,
    /// All headers but `content-length`.
    pub headers: Vec<(&'static str, String)>,
    /// A problem document (RFC 9457).
    pub body: String,
}

impl Refusal {
    pub(crate) fn new(context: RequestContext, objection: impl Into<Objection>) -> Self {
        Self(Box::new(Inner {
            context,
            objection: objection.into(),
            spent: false,
        }))
    }

    /// The same refusal, of a request on which a use was spent.
    pub(crate) fn after_spend(mut self, spent: bool) -> Self {
        self.0.spent = spent;
        self
    }

    /// A refusal by the host, before the pipeline was reached.
    #[must_use]
    pub fn of_host(fault: HostFault, memory: &Memory, now: UnixSeconds) -> Self {
        Self::new(RequestContext::new(memory.next_request(), now), fault)
    }

    /// HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.objection.reason.outside.status()
    }

    /// Which rule refused; for the log.
    #[must_use]
    pub fn label(&self) -> &'static str {
        self.0.objection.reason.label
    }

    /// What the client is told.
    #[must_use]
    pub fn error_code(&self) -> &'static str {
        self.0.objection.reason.outside.code()
    }

    /// The answer to the client.
    #[must_use]
    pub fn response(&self) -> ProblemResponse {
        ProblemResponse::new(&self.0.context, &self.0.objection)
    }

    /// The line for the log.
    #[must_use]
    pub fn record(&self) -> Record {
        Record {
            context: self.0.context.clone(),
            permitted: false,
            status: Some(self.status()),
            label: self.label(),
            objection: Some(self.0.objection.clone()),
            grant: None,
            outcome: self.0.spent.then_some("spent"),
            reflected: Vec::new(),
        }
    }
}

impl ProblemResponse {
    pub(crate) fn new(context: &RequestContext, objection: &Objection) -> Self {
        let outside = objection.reason.outside;
        let mut headers = vec![
            ("content-type", "application/problem+json".into()),
            ("cache-control", "no-store".into()),
            (REQUEST_ID, context.request_id.to_string()),
        ];
        if outside == ProblemClass::Unauthorized {
            headers.push(("www-authenticate", "Bearer".into()));
        }
        if outside == ProblemClass::Busy {
            headers.push(("retry-after", RETRY_AFTER.into()));
        }
        Self {
            status: outside.status(),
            headers,
            body: problem_document(context, objection),
        }
    }
}

/// The problem document: the class of the refusal, how to find its record, and of the request only what the client sent itself.
fn problem_document(context: &RequestContext, objection: &Objection) -> String {
    let reason = objection.reason;
    let outside = reason.outside;
    let mut body = Object::open();
    body.member("type", format_args!("\"urn:edgewrit:error:{}\"", outside.code()));
    body.text("title", Some(outside.title()));
    body.member("status", outside.status());
    body.text("error_code", Some(outside.code()));
    body.member("request_id", format_args!("\"{}\"", context.request_id));
    match outside {
        ProblemClass::BadRequest | ProblemClass::BodyTooLarge | ProblemClass::ContentType => {
            body.text("detail", Some(reason.meaning));
        }
        ProblemClass::NotGranted | ProblemClass::UsesExhausted => {
            body.text("action", context.subject.action());
            body.text("resource", context.subject.resource());
        }
        _ => {}
    }
    body.close()
}
