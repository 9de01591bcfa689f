//! A permitted request after it was sent: the response of the upstream and the record of the
//! outcome.

use crate::authenticate;
use crate::config::Config;
use crate::reason::{Objection, Reason};
use crate::record::Record;
use crate::record::context::RequestContext;
use crate::verdict::decide::Authorization;
use crate::verdict::judged::Judged;
use crate::verdict::refusal::{HostFault, ProblemResponse, REQUEST_ID, Refusal};
use crate::verdict::response_headers::is_dropped;
use crate::world::World;
use crate::writ::Writ;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use edgewrit_shared::edge_api::record_line::RecordOutcome;

/// The head of the response of the upstream, borrowed from the host.
#[derive(Clone, Copy, Debug)]
pub struct ResponseHead<'h> {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case and values.
    pub headers: &'h [(&'h str, &'h [u8])],
}

/// The changes to the response before it goes to the client. The client follows redirects:
/// `location` passes, and the edge follows none.
#[derive(Debug)]
pub struct ResponseEdits<'h> {
    /// The status of the response to the client.
    pub status: u16,
    /// Headers to remove, all values of each.
    pub remove: Vec<&'h str>,
    /// Headers to set after the removal; each replaces the headers of its name.
    pub set: Vec<(&'static str, String)>,
    /// A body to send in place of the body of the upstream, which the host discards. A response to
    /// `HEAD` has no body.
    pub body: Option<String>,
}

/// The outcome of a permitted request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The upstream answered with this status.
    Answered(u16),
    /// The upstream gave no answer: no connection, a timeout, a reset.
    Failed,
    /// The client closed the connection first.
    Aborted,
}

/// A permitted request whose response has not been processed.
#[derive(Debug)]
pub struct InFlight {
    judged: Box<Judged>,
    authorization: Authorization,
    /// Whether the record of the permit is kept.
    is_recorded: bool,
    /// Names of response headers that contained a secret of the edge, the first [`NAMED`] of them.
    reflected: Vec<String>,
}

/// A response whose body may still be on its way to the client.
#[derive(Debug)]
pub struct OpenResponse {
    context: RequestContext,
    config: Arc<Config>,
    writ: Arc<Writ>,
    status: u16,
}

/// The status in the record if the client closed the connection. HTTP has no such status; this is
/// the one of nginx.
const CLIENT_CLOSED: u16 = 499;

/// Most names of headers with a secret in one record.
const NAMED: usize = 8;

impl InFlight {
    pub(crate) fn new(judged: Box<Judged>, authorization: Authorization, is_recorded: bool) -> Self {
        Self {
            judged,
            authorization,
            is_recorded,
            reflected: Vec::new(),
        }
    }

    /// The open response with this status, which the host watches while its body goes to the
    /// client.
    #[must_use]
    pub fn open_response(&self, status: u16) -> OpenResponse {
        OpenResponse {
            context: self.judged.context(),
            config: Arc::clone(&self.judged.config),
            writ: Arc::clone(&self.judged.writ),
            status,
        }
    }

    /// The edits to the response of the upstream.
    #[must_use]
    pub fn edit_response<'h>(&mut self, head: &ResponseHead<'h>) -> ResponseEdits<'h> {
        if let Some(objection) = status_objection(head.status) {
            for (name, value) in head.headers {
                let _dropped_with_the_others = self.is_reflection(name, value);
            }
            return self.replace_response(head, &objection);
        }
        let caches = self.judged.operation.caches;
        let options = connection_options(head);
        let mut remove = Vec::new();
        for (name, value) in head.headers {
            // The search comes first, so that the record also names a header that is dropped for
            // another cause.
            let is_dropped = self.is_reflection(name, value)
                || is_dropped(name, caches)
                || options.iter().any(|option| option.eq_ignore_ascii_case(name));
            if is_dropped {
                remove.push(*name);
            }
        }
        let mut set = vec![(REQUEST_ID, self.judged.arrival.request_id.to_string())];
        if !caches {
            set.push(("cache-control", "private, no-store".into()));
        }
        ResponseEdits {
            status: head.status,
            remove,
            set,
            body: None,
        }
    }

    /// Whether a header contains a secret of the edge. The record lists such headers.
    fn is_reflection(&mut self, name: &str, value: &[u8]) -> bool {
        let needles = self.judged.config.needles();
        let in_name = needles.occur_in(name.as_bytes());
        let found = in_name || needles.occur_in(value);
        if found && self.reflected.len() < NAMED {
            self.reflected.push(if in_name { "(a name)" } else { name }.into());
        }
        found
    }

    /// A problem in place of the whole response. No header of the response describes the new body,
    /// so all of them go.
    fn replace_response<'h>(&self, head: &ResponseHead<'h>, objection: &Objection) -> ResponseEdits<'h> {
        let ProblemResponse { status, headers, body } = ProblemResponse::new(&self.judged.context(), objection);
        ResponseEdits {
            status,
            remove: head
                .headers
                .iter()
                .map(|(name, _)| *name)
                .filter(|name| !name.starts_with(':'))
                .collect(),
            set: headers,
            body: Some(body),
        }
    }

    /// The response to the client if the upstream gave no answer.
    #[must_use]
    pub fn unanswered_response(&self) -> ProblemResponse {
        ProblemResponse::new(&self.judged.context(), &Reason::UpstreamFailed.into())
    }

    /// Withdraws the permit because the host sends, or would send, another request than the permit
    /// contains. A spent use stays spent.
    #[must_use]
    pub fn withdraw(self, fault: HostFault) -> Refusal {
        self.judged.refuse(fault.into()).after_spend(self.authorization.spent())
    }

    /// The record of the outcome.
    #[must_use]
    pub fn finish(self, outcome: Outcome) -> Record {
        let objection = match outcome {
            Outcome::Answered(status) => status_objection(status),
            Outcome::Failed => Some(Reason::UpstreamFailed.into()),
            Outcome::Aborted => None,
        };
        let replaced_status = objection
            .as_ref()
            .map(|objection: &Objection| objection.class().status());
        Record {
            context: self.judged.context(),
            permitted: true,
            status: match outcome {
                Outcome::Answered(status) => replaced_status.or(Some(status)),
                Outcome::Failed => replaced_status,
                Outcome::Aborted => Some(CLIENT_CLOSED),
            },
            objection,
            grants: self.authorization.grants().to_vec(),
            outcome: Some(match outcome {
                Outcome::Answered(_) => RecordOutcome::Answered,
                // A spend cannot be undone, and the edge cannot know whether the upstream acted on
                // the request.
                Outcome::Failed | Outcome::Aborted if self.authorization.spent() => RecordOutcome::SpentUnknown,
                Outcome::Failed => RecordOutcome::Failed,
                Outcome::Aborted => RecordOutcome::Aborted,
            }),
            reflected: self.reflected,
            is_kept: self.is_recorded,
        }
    }
}

impl OpenResponse {
    /// The record with the cause why the host must cut the response now: its writ is no longer
    /// valid, or the edge cannot check it. `None` while the response may go on. The host calls this
    /// at least once in the longest delay of a revocation.
    #[must_use]
    pub fn check_ended(&self, world: &World<'_>) -> Option<Record> {
        let objection = authenticate::revalidate(&self.writ, &self.config, world).err()?;
        Some(Record {
            context: self.context.clone(),
            permitted: false,
            status: Some(self.status),
            objection: Some(objection),
            grants: Vec::new(),
            outcome: Some(RecordOutcome::Cut),
            reflected: Vec::new(),
            is_kept: false,
        })
    }
}

/// The objection to a response with this status.
fn status_objection(status: u16) -> Option<Objection> {
    match status {
        401 | 407 => Some(Reason::UpstreamCredential.into()),
        0..=199 => Some(Reason::UpstreamSwitch.into()),
        _ => None,
    }
}

/// Names in `connection` are for this hop alone (RFC 9110, section 7.6.1).
fn connection_options<'h>(head: &ResponseHead<'h>) -> Vec<&'h str> {
    let values = head.headers.iter().filter(|(name, _)| *name == "connection");
    let texts = values.filter_map(|(_, value)| core::str::from_utf8(value).ok());
    texts.flat_map(|text| text.split(',')).map(str::trim).collect()
}
