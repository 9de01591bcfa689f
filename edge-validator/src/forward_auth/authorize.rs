//! The decision on a request that another proxy sends.

use crate::http::head::Head;
use crate::http::headers::HeaderFields;
use crate::http::target::is_sent_unchanged;
use crate::reason::{Objection, Reason};
use crate::record::Record;
use crate::record::context::RefusedAttempt;
use crate::request::attempts::Attempts;
use crate::step::check_recordable;
use crate::step::receive::{ReceivedHead, receive_head};
use crate::verdict::decide::{self, Authorization, Decided};
use crate::verdict::judged::Judged;
use crate::verdict::permit::Permit;
use crate::verdict::refusal::{HostFault, Refusal};
use crate::world::World;

/// Authorization of one request that the proxy in front sends. The edge learns nothing of its
/// response.
#[must_use]
pub struct Authorized(Permit);

/// Judges the head of a request without a body.
pub(super) fn authorize(
    head: &Head<'_>,
    hands_over_credential: bool,
    world: &World<'_>,
) -> Result<Authorized, Refusal> {
    let received = receive_head(head, world)?;
    if let Err(objection) = check_safe(&received, head) {
        return Err(received.judged.refuse(objection));
    }
    let ReceivedHead {
        mut judged, attempt, ..
    } = received;
    let attempts = Attempts::one(attempt);
    match decide_unlimited(&mut judged, &attempts, hands_over_credential, world) {
        Ok(authorization) => Ok(Authorized(Permit::new(judged, authorization))),
        Err(refused) => Err(judged.refuse_attempt(refused)),
    }
}

/// Objects to a request of which the proxy in front may send a part that was not judged.
fn check_safe(received: &ReceivedHead, head: &Head<'_>) -> Result<(), Objection> {
    let judged = &received.judged;
    let fault = if received.body_bytes.is_some() {
        "the operation takes a body"
    } else if !judged.operation.header_params.is_empty() {
        // Whether such a header is sent depends on the configuration of the proxy in front.
        "the operation has a parameter in a header"
    } else if judged.draft.target.as_bytes() != head.target || !is_sent_unchanged(&judged.draft.target) {
        "the target has several spellings"
    } else {
        return Ok(());
    };
    Err(Objection::new(Reason::ForwardAuthUnsafe, fault))
}

/// Decides attempts that must have one reading each and need no spend.
fn decide_unlimited(
    judged: &mut Judged,
    attempts: &Attempts,
    hands_over_credential: bool,
    world: &World<'_>,
) -> Result<Authorization, RefusedAttempt> {
    let mut others = attempts
        .as_slice()
        .iter()
        .filter(|readings| !readings.others.is_empty());
    if let Some(readings) = others.next() {
        return Err(readings.refuse(Objection::new(
            Reason::ForwardAuthUnsafe,
            "the request has several readings",
        )));
    }
    let Decided::Permit(authorization) = decide::decide(&judged.writ, attempts.as_slice(), world.now)? else {
        let fault = "only a grant with limited uses permits the request";
        return Err(Objection::new(Reason::ForwardAuthUnsafe, fault).into());
    };
    if hands_over_credential {
        let credential = &judged.operation.upstream.credential;
        let credential = credential.fill(judged.writ.verified.claims())?;
        judged.draft.headers.extend(credential);
    }
    check_recordable(&judged.config, world.memory)?;
    Ok(authorization)
}

impl Authorized {
    /// The record of the authorization, which is the only record of the request.
    #[must_use]
    pub fn record(&self) -> Record {
        self.0.record_ahead()
    }

    /// Whether the host must keep the record durably before it answers.
    #[must_use]
    pub fn must_be_recorded(&self) -> bool {
        self.0.must_be_recorded()
    }

    /// Continues after the host has kept the record durably, or could not keep it.
    ///
    /// # Errors
    /// The refusal of a request that was not recorded, or whose writ is no longer valid.
    pub fn after_record(self, is_kept: bool, world: &World<'_>) -> Result<Self, Refusal> {
        match is_kept {
            true => self.0.after_record(world).map(Self),
            false => Err(self.0.withdraw(HostFault::Unrecorded)),
        }
    }

    /// The headers of the request that the proxy in front sends: names in lower case and values.
    /// The credential of the upstream is included if it is handed over. The proxy in front sends no
    /// other header of the client.
    #[must_use]
    pub fn into_headers(self) -> HeaderFields {
        self.0.into_request().0.headers
    }
}
