//! Refusals. The text for the client and the text for the log differ.

use crate::memory::Memory;
use crate::reason::{Objection, ProblemClass, Reason, explanation};
use crate::record::Record;
use crate::record::context::RequestContext;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use edgewrit_shared::edge_api::problem::TYPE_PREFIX;
use edgewrit_shared::edge_api::record_line::RecordOutcome;
use edgewrit_shared::json::object::Object;
use edgewrit_shared::time::UnixSeconds;

/// A fault of the host itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostFault {
    /// The edge could not read the request from the host.
    Unreadable,
    /// The request names no host, or more than one. This is a fault of the client.
    AmbiguousAuthority,
    /// The host would send the request to another upstream than the permit says.
    OtherUpstream,
    /// The host would send another request than the permit contains.
    OtherRequest,
    /// The host could not record the permit.
    Unrecorded,
    /// As many requests are in progress as the host can hold.
    Busy,
}

impl From<HostFault> for Objection {
    fn from(fault: HostFault) -> Self {
        match fault {
            HostFault::Unreadable => Reason::HostUnreadable,
            HostFault::AmbiguousAuthority => Reason::HostAmbiguous,
            HostFault::OtherUpstream => Reason::HostUpstream,
            HostFault::OtherRequest => Reason::HostRequest,
            HostFault::Unrecorded => Reason::Unrecorded,
            HostFault::Busy => Reason::Busy,
        }
        .into()
    }
}

/// A request that does not go upstream.
#[derive(Debug)]
pub struct Refusal(Box<RefusedRequest>);

#[derive(Debug)]
struct RefusedRequest {
    context: RequestContext,
    objection: Objection,
    /// Whether a use was spent before the refusal. A spent use is not given back.
    spent: bool,
}

/// Seconds after which a client may repeat a request that a busy edge has refused.
const RETRY_AFTER: &str = "1";
/// The response header with the id of the request. Every response has the header, because a
/// response to `HEAD` has no body for the id.
pub(crate) const REQUEST_ID: &str = "edgewrit-request-id";

/// A response to the client with a problem document.
#[derive(Debug)]
pub struct ProblemResponse {
    /// The HTTP status.
    pub status: u16,
    /// All headers but `content-length`.
    pub headers: Vec<(&'static str, String)>,
    /// A problem document (RFC 9457).
    pub body: String,
}

impl Refusal {
    pub(crate) fn new(context: RequestContext, objection: impl Into<Objection>) -> Self {
        Self(Box::new(RefusedRequest {
            context,
            objection: objection.into(),
            spent: false,
        }))
    }

    /// The same refusal, for a request on which a use was spent.
    pub(crate) fn after_spend(mut self, spent: bool) -> Self {
        self.0.spent = spent;
        self
    }

    /// A refusal by the host before the pipeline started.
    #[must_use]
    pub fn of_host(fault: HostFault, memory: &Memory, now: UnixSeconds) -> Self {
        Self::new(RequestContext::new(memory.next_request(), now), fault)
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.objection.class().status()
    }

    /// The rule that refused, for the log.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.0.objection.reason
    }

    /// Whether the cause is that the edge has no fresh bundle. The same request may be permitted
    /// after the next bundle.
    pub(crate) fn needs_bundle(&self) -> bool {
        self.0.objection.class() == ProblemClass::SnapshotStale
    }

    /// The error code in the response to the client.
    #[must_use]
    pub fn error_code(&self) -> &'static str {
        self.0.objection.class().code()
    }

    /// The response to the client.
    #[must_use]
    pub fn response(&self) -> ProblemResponse {
        ProblemResponse::new(&self.0.context, &self.0.objection)
    }

    /// The record for the log.
    #[must_use]
    pub fn record(&self) -> Record {
        Record {
            context: self.0.context.clone(),
            permitted: false,
            status: Some(self.status()),
            objection: Some(self.0.objection.clone()),
            grants: Vec::new(),
            outcome: self.0.spent.then_some(RecordOutcome::Spent),
            reflected: Vec::new(),
            is_kept: false,
        }
    }
}

impl ProblemResponse {
    /// The response to every request while the configuration has faults. Only the log shows the
    /// faults.
    #[must_use]
    pub fn of_unconfigured_edge() -> Self {
        let body = open_document(500, "configuration", "the edge is not configured");
        Self {
            status: 500,
            headers: document_headers(),
            body: body.close(),
        }
    }

    pub(crate) fn new(context: &RequestContext, objection: &Objection) -> Self {
        let class = objection.class();
        let mut headers = document_headers();
        headers.push((REQUEST_ID, context.arrival.request_id.to_string()));
        if class == ProblemClass::Unauthorized {
            headers.push(("www-authenticate", "Bearer".into()));
        }
        if class == ProblemClass::Busy {
            headers.push(("retry-after", RETRY_AFTER.into()));
        }
        Self {
            status: class.status(),
            headers,
            body: problem_document(context, objection),
        }
    }
}

/// Most headers of a problem document.
const DOCUMENT_HEADERS_MAX: usize = 4;

/// The headers of every problem document, with room for all others.
fn document_headers() -> Vec<(&'static str, String)> {
    let mut headers = Vec::with_capacity(DOCUMENT_HEADERS_MAX);
    headers.extend([
        ("content-type", "application/problem+json".into()),
        ("cache-control", "no-store".into()),
    ]);
    headers
}

/// A problem document with the members that every document has.
fn open_document(status: u16, code: &str, title: &str) -> Object {
    let mut body = Object::open();
    body.member("type", format_args!("\"{TYPE_PREFIX}{code}\""));
    body.text("title", Some(title));
    body.member("status", status);
    body.text("error_code", Some(code));
    body
}

/// The problem document: the class of the refusal, the id of its record, and of the request only
/// the parts that the client sent itself.
fn problem_document(context: &RequestContext, objection: &Objection) -> String {
    let class = objection.class();
    let mut body = open_document(class.status(), class.code(), class.title());
    body.member("request_id", format_args!("\"{}\"", context.arrival.request_id));
    match class {
        ProblemClass::BadRequest | ProblemClass::BodyTooLarge | ProblemClass::ContentType => {
            body.text("detail", Some(explanation(objection.reason)));
        }
        ProblemClass::NotGranted | ProblemClass::UsesExhausted => {
            body.text("action", context.subject.action());
            body.text("resource", context.subject.resource());
        }
        _ => {}
    }
    body.close()
}
