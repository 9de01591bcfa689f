//! The steps from the head of a request to a verdict.
//!
//! Cheap refusals come first and the one irreversible effect comes last: form, writ, operation,
//! (body,) decision, credential, spend, permit. After every wait the edge checks again whether the
//! writ is valid. The configuration with which a request began decides it.

mod receive;

pub use crate::request::body::BodyRead;

use self::receive::Request;
use crate::authenticate;
use crate::config::Config;
use crate::http::head::Head;
use crate::issuer::call::{Call, IssuerAnswer};
use crate::issuer::uses::{Next, PendingSpend};
use crate::memory::Memory;
use crate::operation::Operation;
use crate::reason::{Objection, Reason};
use crate::record::context::RequestContext;
use crate::request::draft::Draft;
use crate::request::parsed::ParsedRequest;
use crate::verdict::decide::{self, Decided, RequiredSpend};
use crate::verdict::permit::Permit;
use crate::verdict::refusal::Refusal;
use crate::world::World;
use crate::writ::Writ;
use alloc::boxed::Box;
use alloc::sync::Arc;

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
}

/// A request that cannot be judged without its body. The request reserves room for the body in the
/// budget, and its drop releases the room.
#[must_use]
pub struct NeedBody(Box<(RequestContext, Request)>);

/// A request that is permitted once the issuer has debited an allowance.
#[must_use]
pub struct NeedSpend(Box<UnpaidRequest>);

struct UnpaidRequest {
    context: RequestContext,
    config: Arc<Config>,
    writ: Arc<Writ>,
    operation: Arc<Operation>,
    draft: Draft,
    required_spend: RequiredSpend,
    spend: PendingSpend,
}

/// Judges the head of a request.
pub fn start(head: Head<'_>, world: &World<'_>) -> Step {
    let mut context = RequestContext::new(world.memory.next_request(), world.now);
    match receive::receive_head(&head, world, &mut context) {
        Err(objection) => Step::Refuse(Refusal::new(context, objection)),
        Ok(request) => match request.parsed.body_bytes {
            Some(bytes) => reserve_body(context, request, bytes, world),
            None => decide(context, request, world),
        },
    }
}

/// Reserves room for a body of `bytes` bytes and asks for the body.
fn reserve_body(context: RequestContext, mut request: Request, bytes: usize, world: &World<'_>) -> Step {
    let root = request.writ.verified.claims().root_lineage();
    match world.memory.bodies().reserve(root, bytes) {
        Ok(reserved) => {
            request.parsed.draft.reserved = Some(reserved);
            Step::Body(NeedBody(Box::new((context, request))))
        }
        Err(objection) => Step::Refuse(Refusal::new(context, objection)),
    }
}

/// Decides, and completes the outgoing request before anything is spent on it.
fn decide(context: RequestContext, request: Request, world: &World<'_>) -> Step {
    let Request { config, writ, parsed } = request;
    let ParsedRequest {
        operation,
        resource,
        readings,
        mut draft,
        ..
    } = parsed;
    let attempts = readings.into_attempts(&operation, &resource);
    let decided = decide::decide(&writ, &attempts, world.now)
        .and_then(|granted| Ok((granted, operation.upstream.credential.fill(writ.verified.claims())?)));
    let decided = decided.and_then(|decided| check_recordable(&config, world.memory).map(|()| decided));
    let granted = match decided {
        Ok((granted, credential)) => {
            draft.headers.extend(credential);
            granted
        }
        Err(objection) => return Step::Refuse(Refusal::new(context, objection)),
    };
    match granted {
        Decided::Permit(authorization) => Step::Forward(Permit::new(context, config, operation, draft, authorization)),
        Decided::NeedsSpend(required_spend) => Step::Spend(NeedSpend(Box::new(UnpaidRequest {
            context,
            config,
            writ,
            operation,
            draft,
            required_spend,
            spend: PendingSpend::new(world.memory),
        }))),
    }
}

/// Checks that the edge can record a permit, if the configuration requires records.
fn check_recordable(config: &Config, memory: &Memory) -> Result<(), Objection> {
    if config.is_audit_strict() && !memory.has_record_room() {
        return Err(Reason::Unrecorded.into());
    }
    Ok(())
}

impl NeedBody {
    /// Most bytes of the body: the announced length, or else the limit of the operation.
    #[must_use]
    pub fn limit(&self) -> usize {
        let (_, request) = &*self.0;
        request.parsed.body_bytes.unwrap_or_default()
    }

    /// Continues with the body.
    pub fn resume(self, body: BodyRead<'_>, world: &World<'_>) -> Step {
        let (context, mut request) = *self.0;
        match read_body(&mut request, body, world) {
            Ok(()) => decide(context, request, world),
            Err(objection) => Step::Refuse(Refusal::new(context, objection)),
        }
    }
}

fn read_body(request: &mut Request, read: BodyRead<'_>, world: &World<'_>) -> Result<(), Objection> {
    authenticate::revalidate(&request.writ, &request.config, world)?;
    request.parsed.read_body(read)
}

impl NeedSpend {
    /// The call to make, once.
    #[must_use]
    pub fn call(&self) -> Call {
        let unpaid = &*self.0;
        unpaid
            .spend
            .call(&unpaid.config, &unpaid.writ, unpaid.required_spend.allowances())
    }

    /// Continues with the answer. The next step may need another call.
    pub fn resume(self, answer: IssuerAnswer<'_>, world: &World<'_>) -> Step {
        let UnpaidRequest {
            context,
            config,
            writ,
            operation,
            draft,
            required_spend,
            spend,
        } = *self.0;
        let next = match spend.resume(answer, required_spend.allowances(), world.memory) {
            Ok(next) => next,
            Err(objection) => return Step::Refuse(Refusal::new(context, objection)),
        };
        let valid = authenticate::revalidate(&writ, &config, world).and_then(|()| required_spend.revalidate(world.now));
        if let Err(objection) = valid {
            let spent = matches!(next, Next::Done(_));
            return Step::Refuse(Refusal::new(context, objection).after_spend(spent));
        }
        match next {
            Next::Done(spent) => match required_spend.authorize(spent) {
                Some(authorization) => Step::Forward(Permit::new(context, config, operation, draft, authorization)),
                None => Step::Refuse(Refusal::new(context, Reason::SpendAnswer).after_spend(true)),
            },
            Next::Call(spend) => Step::Spend(Self(Box::new(UnpaidRequest {
                context,
                config,
                writ,
                operation,
                draft,
                required_spend,
                spend,
            }))),
        }
    }
}
