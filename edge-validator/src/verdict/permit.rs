//! The permit, without which no request goes upstream.

use crate::config::Upstream;
use crate::reason::Objection;
use crate::record::Record;
use crate::record::context::RefusedAttempt;
use crate::verdict::decide::Authorization;
use crate::verdict::in_flight::InFlight;
use crate::verdict::judged::Judged;
use crate::verdict::refusal::{HostFault, Refusal};
use crate::world::World;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;
use edgewrit_shared::edge_api::record_line::RecordOutcome;

/// Permission to send one request, which it contains. Only the decision makes a permit. If uses are
/// limited, the decision makes it only after a use was spent for each limited attempt.
#[must_use]
pub struct Permit {
    judged: Box<Judged>,
    authorization: Authorization,
    /// Whether the record of the permit is kept.
    is_recorded: bool,
}

/// The complete request to send once. The host adds nothing of the incoming request to it and never
/// repeats it.
pub struct OutgoingRequest {
    /// The method that was judged.
    pub method: String,
    /// The upstream, whose authority goes into `host`.
    pub upstream: Arc<Upstream>,
    /// The path, byte for byte as judged, and the query in the judged spelling. The URL is the
    /// origin of the upstream and this target.
    pub target: String,
    /// Header names in lower case and values, the credential of the upstream included. The host
    /// sets `content-length`.
    pub headers: Vec<(Arc<str>, Vec<u8>)>,
    /// The judged body, a form in the judged spelling; `None` if the request has no body.
    pub body: Option<Vec<u8>>,
}

impl Permit {
    /// The only constructor. An [`Authorization`] comes from the decision alone.
    pub(crate) fn new(judged: Box<Judged>, authorization: Authorization) -> Self {
        Self {
            judged,
            authorization,
            is_recorded: false,
        }
    }

    /// Whether the record of the permit must be kept before the request is sent.
    pub(crate) fn must_be_recorded(&self) -> bool {
        self.judged.config.is_audit_strict() && !self.is_recorded
    }

    /// The record of a permit whose request has not been sent. This record is then the only
    /// delivered record of the outcome.
    pub(crate) fn record_ahead(&self) -> Record {
        Record {
            context: self.judged.context(),
            permitted: true,
            status: None,
            objection: None,
            grants: self.authorization.grants().to_vec(),
            outcome: Some(RecordOutcome::Sent),
            reflected: Vec::new(),
            is_kept: self.is_recorded,
        }
    }

    /// The permit after its record is kept. The writ and its grants are validated again, because
    /// the record may have taken time. A spent use stays spent.
    pub(crate) fn after_record(self, world: &World<'_>) -> Result<Self, Refusal> {
        match self.revalidate(world) {
            Ok(()) => Ok(Self {
                is_recorded: true,
                ..self
            }),
            Err(refused) => Err(self.refuse(refused)),
        }
    }

    /// Objects if the writ or a grant is no longer valid.
    fn revalidate(&self, world: &World<'_>) -> Result<(), RefusedAttempt> {
        self.judged.revalidate(world)?;
        self.authorization.revalidate(world.now)
    }

    /// The upstream of the request.
    pub(crate) fn upstream(&self) -> &Upstream {
        &self.judged.operation.upstream
    }

    /// Withdraws the permit because of a fault of the host. A spent use stays spent.
    pub(crate) fn withdraw(self, fault: HostFault) -> Refusal {
        self.refuse(Objection::from(fault).into())
    }

    fn refuse(self, refused: RefusedAttempt) -> Refusal {
        self.judged
            .refuse_attempt(refused)
            .after_spend(self.authorization.spent())
    }

    /// The request to send, and the value that processes its response.
    #[must_use]
    pub fn into_request(self) -> (OutgoingRequest, InFlight) {
        let Self {
            mut judged,
            authorization,
            is_recorded,
        } = self;
        let draft = mem::take(&mut judged.draft);
        let request = OutgoingRequest {
            method: draft.method,
            upstream: Arc::clone(&judged.operation.upstream),
            target: draft.target,
            headers: draft.headers,
            body: draft.body,
        };
        (request, InFlight::new(judged, authorization, is_recorded))
    }
}
