//! The steps from the head of a request to a verdict.
//!
//! Cheap refusals come first and the one irreversible effect comes last: form, writ, operation,
//! (body,) decision, credential, spend, permit. After every wait the edge checks again whether the
//! writ is valid. The configuration with which a request began decides it.

pub(crate) mod receive;
mod record;
mod snapshot;
#[cfg(test)]
mod tests;

pub use self::record::NeedRecord;
pub use self::snapshot::NeedSnapshot;
pub use crate::request::body::BodyEnd;

use self::receive::ReceivedHead;
use crate::config::Config;
use crate::http::head::Head;
use crate::issuer::call::{Call, IssuerAnswer};
use crate::issuer::uses::{PendingSpend, Spent};
use crate::memory::Memory;
use crate::reason::{Objection, Reason};
use crate::record::context::RefusedAttempt;
use crate::request::attempts::Attempts;
use crate::request::body;
use crate::verdict::decide::{self, Decided, RequiredSpend};
use crate::verdict::judged::Judged;
use crate::verdict::permit::Permit;
use crate::verdict::refusal::Refusal;
use crate::world::World;
use alloc::boxed::Box;
use alloc::vec::Vec;
use edgewrit_shared::time::UnixSeconds;

/// The next act of the host.
#[must_use]
pub enum Step {
    /// The host answers the client with a refusal.
    Refuse(Refusal),
    /// The host sends the request of the permit.
    Forward(Permit),
    /// The host reads the body of the request.
    Body(NeedBody),
    /// The host calls the issuer.
    Spend(NeedSpend),
    /// The host keeps a record before it gets the request to send.
    Record(NeedRecord),
    /// The host waits until a refresh of the snapshot has ended, or refuses at once.
    Snapshot(NeedSnapshot),
}

/// Most steps of a request: its head, a snapshot, its body, a boot id, a spend, a record, and two
/// to spare. A host that loops over the steps refuses after so many.
pub const STEPS: u32 = 8;
/// Longest time for the arrival of a body after the head, in seconds.
const BODY_SECONDS: u64 = 30;

/// A request that cannot be judged without its body. The request reserves room for the body in the
/// budget, and its drop releases the room. The host reads the body into the request itself, so no
/// request can be judged by the body of another.
#[must_use]
pub struct NeedBody {
    received: Box<ReceivedHead>,
    body: Vec<u8>,
}

/// A request that is permitted once the issuer has debited an allowance for each attempt whose uses
/// are limited.
#[must_use]
pub struct NeedSpend(Box<UnpaidRequest>);

struct UnpaidRequest {
    judged: Box<Judged>,
    required_spend: RequiredSpend,
    spend: PendingSpend,
}

/// Judges the head of a request.
pub fn start(head: Head<'_>, world: &World<'_>) -> Step {
    judge(head, world).unwrap_or_else(|refusal| match refusal.needs_bundle() {
        true => Step::Snapshot(NeedSnapshot::new(refusal)),
        false => Step::Refuse(refusal),
    })
}

/// Judges the head of a request. The error is a refusal of the head itself.
fn judge(head: Head<'_>, world: &World<'_>) -> Result<Step, Refusal> {
    let received = receive::receive_head(&head, world)?;
    Ok(match received.body_bytes {
        Some(bytes) => reserve_body(received, bytes, world),
        None => decide(received.judged, &Attempts::one(received.attempt), world),
    })
}

/// Reserves room for a body of `bytes` bytes and asks for the body.
fn reserve_body(mut received: ReceivedHead, bytes: usize, world: &World<'_>) -> Step {
    let root = received.judged.writ.verified.claims().root_lineage();
    match world.memory.bodies().reserve(root, bytes) {
        Ok(reserved) => {
            received.judged.draft.reserved = Some(reserved);
            Step::Body(NeedBody {
                received: Box::new(received),
                body: Vec::new(),
            })
        }
        Err(objection) => Step::Refuse(received.judged.refuse(objection)),
    }
}

/// Decides all attempts, and completes the outgoing request before anything is spent on it.
fn decide(mut judged: Box<Judged>, attempts: &Attempts, world: &World<'_>) -> Step {
    match decide_and_authenticate(&mut judged, attempts, world) {
        Ok(Decided::Permit(authorization)) => permit(Permit::new(judged, authorization)),
        Ok(Decided::NeedsSpend(required_spend)) => Step::Spend(NeedSpend(Box::new(UnpaidRequest {
            judged,
            required_spend,
            spend: PendingSpend::new(world.memory),
        }))),
        Err(refused) => Step::Refuse(judged.refuse_attempt(refused)),
    }
}

/// Decides all attempts, and adds the credential of the upstream to the outgoing request.
fn decide_and_authenticate(
    judged: &mut Judged,
    attempts: &Attempts,
    world: &World<'_>,
) -> Result<Decided, RefusedAttempt> {
    let decided = decide::decide(&judged.writ, attempts.as_slice(), world.now)?;
    let credential = &judged.operation.upstream.credential;
    let credential = credential.fill(judged.writ.verified.claims())?;
    check_recordable(&judged.config, world.memory)?;
    judged.draft.headers.extend(credential);
    Ok(decided)
}

/// The step to a permitted request: its record comes first if the configuration requires records.
fn permit(permit: Permit) -> Step {
    match permit.must_be_recorded() {
        true => Step::Record(NeedRecord::new(permit)),
        false => Step::Forward(permit),
    }
}

/// Checks that the edge can record a permit, if the configuration requires records.
pub(crate) fn check_recordable(config: &Config, memory: &Memory) -> Result<(), Objection> {
    if config.is_audit_strict() && !memory.has_record_room() {
        return Err(Reason::Unrecorded.into());
    }
    Ok(())
}

impl NeedBody {
    /// Most bytes of the body: the announced length, or else the limit of the operation.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.received.body_bytes.unwrap_or_default()
    }

    /// Longest time for the arrival of the body after the head, in seconds.
    #[must_use]
    pub const fn seconds(&self) -> u64 {
        BODY_SECONDS
    }

    /// Whether the body should have arrived by `now`. The host then answers [`BodyEnd::Failed`].
    #[must_use]
    pub fn is_overdue(&self, now: UnixSeconds) -> bool {
        now.since(self.received.judged.arrival.at) >= BODY_SECONDS
    }

    /// Adds the next part of the body. A body of more than [`Self::limit`] bytes is refused.
    pub fn append(&mut self, part: &[u8]) {
        self.body.extend_from_slice(part);
    }

    /// Continues with the body, of which no more will come.
    pub fn resume(self, end: BodyEnd, world: &World<'_>) -> Step {
        let end = match end {
            BodyEnd::Whole if self.body.len() > self.limit() => BodyEnd::TooLarge,
            end => end,
        };
        let ReceivedHead {
            mut judged, attempt, ..
        } = *self.received;
        if let Err(objection) = judged.revalidate(world) {
            return Step::Refuse(judged.refuse(objection));
        }
        match body::read(self.body, end, attempt, judged.config.pieces_max()) {
            Ok((attempts, sent)) => {
                judged.take_body(sent, &attempts);
                decide(judged, &attempts, world)
            }
            Err(refused) => Step::Refuse(judged.refuse_attempt(refused)),
        }
    }
}

impl NeedSpend {
    /// The call to make, once.
    #[must_use]
    pub fn call(&self) -> Call {
        let UnpaidRequest {
            judged,
            required_spend,
            spend,
        } = &*self.0;
        spend.call(&judged.config, &judged.writ, required_spend.debits())
    }

    /// Continues with the answer. The next step may need another call.
    pub fn resume(mut self, answer: IssuerAnswer<'_>, world: &World<'_>) -> Step {
        let unpaid = &mut *self.0;
        let spent = match unpaid
            .spend
            .take_answer(answer, unpaid.required_spend.debits(), world.memory)
        {
            Ok(spent) => spent,
            Err(objection) => return Step::Refuse(self.0.judged.refuse(objection)),
        };
        if let Err(refused) = unpaid.revalidate(world) {
            return Step::Refuse(self.0.judged.refuse_attempt(refused).after_spend(spent.is_some()));
        }
        match spent {
            None => Step::Spend(self),
            Some(spent) => self.0.permit(spent),
        }
    }
}

impl UnpaidRequest {
    /// Objects if the writ or a grant is no longer valid.
    fn revalidate(&self, world: &World<'_>) -> Result<(), RefusedAttempt> {
        self.judged.revalidate(world)?;
        self.required_spend.revalidate(world.now)
    }

    fn permit(self, spent: Spent) -> Step {
        match self.required_spend.authorize(&spent) {
            Some(authorization) => permit(Permit::new(self.judged, authorization)),
            None => Step::Refuse(self.judged.refuse(Reason::SpendAnswer.into()).after_spend(true)),
        }
    }
}
