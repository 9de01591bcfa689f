//! The values that a request carries from its head to the end of its response.

use crate::authenticate;
use crate::config::Config;
use crate::operation::Operation;
use crate::reason::Objection;
use crate::record::context::{Arrival, RefusedAttempt, RequestContext, Subject};
use crate::request::attempts::Attempts;
use crate::request::draft::Draft;
use crate::verdict::refusal::Refusal;
use crate::world::World;
use crate::writ::Writ;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// A request with a valid writ and a known operation. Every step passes this value on, and adds
/// what the step alone knows.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) arrival: Arrival,
    /// The configuration of the request from its begin to its end, even if the host reloads
    /// meanwhile.
    pub(crate) config: Arc<Config>,
    pub(crate) writ: Arc<Writ>,
    /// The operation that the head selects.
    pub(crate) operation: Arc<Operation>,
    pub(crate) subject: Subject,
    pub(crate) draft: Draft,
}

impl Judged {
    /// Objects if the writ is no longer valid. The steps call it after every wait.
    pub(crate) fn revalidate(&self, world: &World<'_>) -> Result<(), Objection> {
        authenticate::revalidate(&self.writ, &self.config, world)
    }

    /// The facts for a record, for a request that goes on.
    pub(crate) fn context(&self) -> RequestContext {
        RequestContext {
            arrival: self.arrival.clone(),
            writ: Some(Arc::clone(&self.writ)),
            subject: self.subject.clone(),
        }
    }

    /// Adds the body to send, and the subject of the attempts that the body names.
    pub(crate) fn take_body(&mut self, body: Vec<u8>, attempts: &Attempts) {
        self.draft.set_body(body);
        self.subject = match attempts.only_subject() {
            Some(subject) => subject.clone(),
            None => Subject::new(&self.operation, None),
        };
    }

    /// The refusal of the request as a whole.
    pub(crate) fn refuse(self, objection: Objection) -> Refusal {
        Refusal::new(self.context(), objection)
    }

    /// The refusal of the request, with the subject of the refused attempt if there is one.
    pub(crate) fn refuse_attempt(mut self, refused: RefusedAttempt) -> Refusal {
        if let Some(subject) = refused.subject {
            self.subject = subject;
        }
        self.refuse(refused.objection)
    }
}
