//! The second half: what comes back from the upstream.

use crate::authenticate;
use crate::config::Config;
use crate::reason::{self, Objection};
use crate::record::context::RequestContext;
use crate::record::{ANSWERED, Record};
use crate::verdict::decide::Authorization;
use crate::verdict::refusal::{HostFault, ProblemResponse, REQUEST_ID, Refusal};
use crate::verdict::response_headers::is_dropped;
use crate::world::World;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

/// The head of the upstream's response, borrowed from the host.
#[derive(Clone, Copy, Debug)]
pub struct ResponseHead<'h> {
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case and values.
    pub headers: &'h [(&'h str, &'h [u8])],
}

/// What to change in the response before it goes to the client. Redirects are the client's: `location` passes, nobody follows it here.
#[derive(Debug)]
pub struct ResponseEdits<'h> {
    /// The status to answer with.
    pub status: u16,
    /// Headers to remove, all values of each.
    pub remove: Vec<&'h str>,
    /// Headers to set after that, replacing what is there.
    pub set: Vec<(&'static str, String)>,
    /// A body to send instead of the upstream's, which is thrown away. (None is sent to `HEAD`, as ever.)
    pub body: Option<String>,
}

/// How a permitted request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The upstream answered with this status.
    Answered(u16),
    /// No answer came: no connection, a timeout, a reset.
    Failed,
    /// The client went away first.
    Aborted,
}

/// A permitted request whose response has not been dealt with.
#[derive(Debug)]
pub struct InFlight {
    context: RequestContext,
    config: Arc<Config>,
    /// Whether the upstream's `cache-control` reaches the client.
    caches: bool,
    authorization: Authorization,
    /// Names of the headers of the response that held a secret of the edge, the first [`NAMED`] of them.
    reflected: Vec<String>,
}

/// A response whose body may still be on its way to the client.
#[derive(Debug)]
pub struct OpenResponse {
    context: RequestContext,
    config: Arc<Config>,
    status: u16,
}

/// The label of what nothing objects to.
pub(crate) const PERMIT: &str = "permit";
/// What a client that went away is recorded with; there is no status for it (nginx's is the custom).
const CLIENT_CLOSED: u16 = 499;

/// Names of headers that a record names, of those that held a secret.
const NAMED: usize = 8;

impl InFlight {
    pub(crate) fn new(
        context: RequestContext,
        config: Arc<Config>,
        caches: bool,
        authorization: Authorization,
    ) -> Self {
        Self {
            context,
            config,
            caches,
            authorization,
            reflected: Vec::new(),
        }
    }

    /// What is to be watched while the body of a response with this status goes to the client.
    #[must_use]
    pub fn open_response(&self, status: u16) -> OpenResponse {
        OpenResponse {
            context: self.context.clone(),
            config: Arc::clone(&self.config),
            status,
        }
    }

    /// The edits to the upstream's response.
    #[must_use]
    pub fn edit_response<'h>(&mut self, head: &ResponseHead<'h>) -> ResponseEdits<'h> {
        if let Some(objection) = status_objection(head.status) {
            for (name, value) in head.headers {
                let _dropped_with_the_others = self.is_reflection(name, value);
            }
            return self.replace_response(head, &objection);
        }
        let options = connection_options(head);
        let mut remove = Vec::new();
        for (name, value) in head.headers {
            // The search comes first: a secret in a header that is dropped for another reason is recorded too.
            let is_dropped = self.is_reflection(name, value)
                || is_dropped(name, self.caches)
                || options.iter().any(|option| option.eq_ignore_ascii_case(name));
            if is_dropped {
                remove.push(*name);
            }
        }
        let mut set = vec![(REQUEST_ID, self.context.request_id.to_string())];
        if !self.caches {
            set.push(("cache-control", "private, no-store".into()));
        }
        ResponseEdits {
            status: head.status,
            remove,
            set,
            body: None,
        }
    }

    /// Whether a header holds a secret of the edge. The record will say so.
    fn is_reflection(&mut self, name: &str, value: &[u8]) -> bool {
        let needles = self.config.needles();
        let in_name = needles.occur_in(name.as_bytes());
        let found = in_name || needles.occur_in(value);
        if found && self.reflected.len() < NAMED {
            self.reflected.push(if in_name { "(a name)" } else { name }.into());
        }
        found
    }

    /// A problem in place of the whole response: none of its headers describes the new body.
    fn replace_response<'h>(&self, head: &ResponseHead<'h>, objection: &Objection) -> ResponseEdits<'h> {
        let ProblemResponse { status, headers, body } = ProblemResponse::new(&self.context, objection);
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

    /// The answer to the client when the upstream gave none.
    #[must_use]
    pub fn unanswered_response(&self) -> ProblemResponse {
        ProblemResponse::new(&self.context, &reason::UPSTREAM_FAILED.into())
    }

    /// Takes the permit back because the host sends, or would send, something else than it says. A use that was spent stays spent.
    #[must_use]
    pub fn withdraw(self, fault: HostFault) -> Refusal {
        Refusal::new(self.context, fault).after_spend(self.authorization.spent())
    }

    /// Asks again whether the writ counts, after a wait before the request is sent.
    ///
    /// # Errors
    /// The refusal. A use that was spent stays spent.
    pub fn revalidate(self, world: &World<'_>) -> Result<Self, Refusal> {
        let Some(writ) = &self.context.writ else {
            return Ok(self);
        };
        match authenticate::revalidate(writ, &self.config, world) {
            Ok(()) => Ok(self),
            Err(objection) => Err(Refusal::new(self.context, objection).after_spend(self.authorization.spent())),
        }
    }

    /// The record of a permit whose request has not been sent, where it must be kept before; then it is the only one that is delivered.
    #[must_use]
    pub fn record_ahead(&self) -> Record {
        Record {
            context: self.context.clone(),
            permitted: true,
            status: None,
            label: PERMIT,
            objection: None,
            grant: Some(self.authorization.grant()),
            outcome: Some("sent"),
            reflected: Vec::new(),
        }
    }

    /// The line for the log.
    #[must_use]
    pub fn finish(self, outcome: Outcome) -> Record {
        let objection = match outcome {
            Outcome::Answered(status) => status_objection(status),
            Outcome::Failed => Some(reason::UPSTREAM_FAILED.into()),
            Outcome::Aborted => None,
        };
        let told = objection
            .as_ref()
            .map(|objection: &Objection| objection.reason.outside.status());
        Record {
            context: self.context,
            permitted: true,
            status: match outcome {
                Outcome::Answered(status) => told.or(Some(status)),
                Outcome::Failed => told,
                Outcome::Aborted => Some(CLIENT_CLOSED),
            },
            label: objection.as_ref().map_or(PERMIT, |objection| objection.reason.label),
            objection,
            grant: Some(self.authorization.grant()),
            outcome: Some(match outcome {
                Outcome::Answered(_) => ANSWERED,
                // A spend cannot be taken back, and nobody knows whether the upstream acted on it.
                Outcome::Failed | Outcome::Aborted if self.authorization.spent() => "spent_unknown",
                Outcome::Failed => "failed",
                Outcome::Aborted => "aborted",
            }),
            reflected: self.reflected,
        }
    }
}

impl OpenResponse {
    /// Why the response must be cut off now: its writ no longer counts, or nobody can tell. `None` while it may go on. Asked at least
    /// once in the time that a revocation may take.
    #[must_use]
    pub fn check_ended(&self, world: &World<'_>) -> Option<Record> {
        let writ = self.context.writ.as_ref()?;
        let objection = authenticate::revalidate(writ, &self.config, world).err()?;
        Some(Record {
            context: self.context.clone(),
            permitted: false,
            status: Some(self.status),
            label: objection.reason.label,
            objection: Some(objection),
            grant: None,
            outcome: Some("cut"),
            reflected: Vec::new(),
        })
    }
}

/// What objects to a response of this status.
fn status_objection(status: u16) -> Option<Objection> {
    match status {
        401 | 407 => Some(reason::UPSTREAM_CREDENTIAL.into()),
        0..=199 => Some(reason::UPSTREAM_SWITCH.into()),
        _ => None,
    }
}

/// Names in `connection` are for this hop alone (RFC 9110, section 7.6.1).
fn connection_options<'h>(head: &ResponseHead<'h>) -> Vec<&'h str> {
    let values = head.headers.iter().filter(|(name, _)| *name == "connection");
    let texts = values.filter_map(|(_, value)| core::str::from_utf8(value).ok());
    texts.flat_map(|text| text.split(',')).map(str::trim).collect()
}
