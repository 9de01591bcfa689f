//! The steps from a request's head to a verdict.
//!
//! Cheap refusals come first and the one irreversible effect last: shape, writ, operation, (body,) decision, credential, spend, permit. After every wait
//! time and revocation are asked again. The configuration is the one the request began with.

mod receive;

pub use crate::request::body::BodyRead;

use self::receive::Request;
use crate::authenticate;
use crate::config::Config;
use crate::http::head::Head;
use crate::issuer::call::{Answer, Call};
use crate::issuer::uses::{Next, Spend};
use crate::memory::Memory;
use crate::operation::Operation;
use crate::reason::{self, Objection};
use crate::record::context::Case;
use crate::request::draft::Draft;
use crate::request::parsed::Asked;
use crate::verdict::decide::{self, Granted, Limited};
use crate::verdict::permit::Permit;
use crate::verdict::refusal::Refusal;
use crate::world::World;
use crate::writ::Writ;
use alloc::boxed::Box;
use alloc::sync::Arc;

/// What to do next.
#[must_use]
pub enum Step {
    /// Answer the client with a refusal.
    Refuse(Refusal),
    /// Send what the permit contains.
    Forward(Permit),
    /// Read the request's body.
    Body(NeedBody),
    /// Call the issuer.
    Spend(NeedSpend),
}

/// A request that cannot be judged without its body. It holds room for the body in the budget, and gives the room back when it is dropped.
#[must_use]
pub struct NeedBody(Box<(Case, Request)>);

/// A request that is permitted once the issuer has debited an allowance.
#[must_use]
pub struct NeedSpend(Box<Unpaid>);

struct Unpaid {
    case: Case,
    config: Arc<Config>,
    writ: Arc<Writ>,
    operation: Arc<Operation>,
    draft: Draft,
    limited: Limited,
    spend: Spend,
}

/// Takes in a request's head.
pub fn start(head: Head<'_>, world: &World<'_>) -> Step {
    let mut case = Case::new(world.memory.next_request(), world.now);
    match receive::take(&head, world, &mut case) {
        Err(objection) => Step::Refuse(Refusal::new(case, objection)),
        Ok(request) => match request.asked.body_bytes {
            Some(bytes) => hold(case, request, bytes, world),
            None => judge(case, request, world),
        },
    }
}

/// Asks for a body, if there is room for one of so many bytes.
fn hold(case: Case, mut request: Request, bytes: usize, world: &World<'_>) -> Step {
    let root = request.writ.verified.claims().root_lineage();
    match world.memory.bodies().reserve(root, bytes) {
        Ok(reserved) => {
            request.asked.draft.reserved = Some(reserved);
            Step::Body(NeedBody(Box::new((case, request))))
        }
        Err(objection) => Step::Refuse(Refusal::new(case, objection)),
    }
}

/// Decides, and makes the request ready to be sent before anything is spent on it.
fn judge(case: Case, request: Request, world: &World<'_>) -> Step {
    let Request { config, writ, asked } = request;
    let Asked {
        operation,
        resource,
        readings,
        mut draft,
        ..
    } = asked;
    let attempts = readings.attempts(&operation, &resource);
    let decided = decide::decide(&writ, &attempts, world.now)
        .and_then(|granted| Ok((granted, operation.upstream.credential.fill(writ.verified.claims())?)));
    let decided = decided.and_then(|decided| recordable(&config, world.memory).map(|()| decided));
    let granted = match decided {
        Ok((granted, credential)) => {
            draft.headers.extend(credential);
            granted
        }
        Err(objection) => return Step::Refuse(Refusal::new(case, objection)),
    };
    match granted {
        Granted::Freely(leave) => Step::Forward(Permit::new(case, config, operation, draft, leave)),
        Granted::Limited(limited) => Step::Spend(NeedSpend(Box::new(Unpaid {
            case,
            config,
            writ,
            operation,
            draft,
            limited,
            spend: Spend::new(world.memory),
        }))),
    }
}

/// Whether what is permitted can be recorded, where it must be.
fn recordable(config: &Config, memory: &Memory) -> Result<(), Objection> {
    if config.is_audit_strict() && !memory.has_room() {
        return Err(reason::UNRECORDED.into());
    }
    Ok(())
}

impl NeedBody {
    /// The most bytes that the body can have: as many as the request announces, or else as are judged.
    #[must_use]
    pub fn limit(&self) -> usize {
        let (_, request) = &*self.0;
        request.asked.body_bytes.unwrap_or_default()
    }

    /// Goes on with the body.
    pub fn with(self, body: BodyRead<'_>, world: &World<'_>) -> Step {
        let (case, mut request) = *self.0;
        match with_body(&mut request, body, world) {
            Ok(()) => judge(case, request, world),
            Err(objection) => Step::Refuse(Refusal::new(case, objection)),
        }
    }
}

fn with_body(request: &mut Request, read: BodyRead<'_>, world: &World<'_>) -> Result<(), Objection> {
    authenticate::stands(&request.writ, &request.config, world)?;
    request.asked.take_body(read)
}

impl NeedSpend {
    /// The call to make, once.
    #[must_use]
    pub fn call(&self) -> Call {
        let unpaid = &*self.0;
        unpaid
            .spend
            .call(&unpaid.config, &unpaid.writ, unpaid.limited.allowances())
    }

    /// Goes on with the answer; may need another call.
    pub fn with(self, answer: Answer<'_>, world: &World<'_>) -> Step {
        let Unpaid {
            case,
            config,
            writ,
            operation,
            draft,
            limited,
            spend,
        } = *self.0;
        let next = match spend.with(answer, limited.allowances(), world.memory) {
            Ok(next) => next,
            Err(objection) => return Step::Refuse(Refusal::new(case, objection)),
        };
        let stands = authenticate::stands(&writ, &config, world).and_then(|()| limited.stands(world.now));
        if let Err(objection) = stands {
            let spent = matches!(next, Next::Done(_));
            return Step::Refuse(Refusal::new(case, objection).after_spend(spent));
        }
        match next {
            Next::Done(spent) => match limited.paid(spent) {
                Some(leave) => Step::Forward(Permit::new(case, config, operation, draft, leave)),
                None => Step::Refuse(Refusal::new(case, reason::SPEND_ANSWER).after_spend(true)),
            },
            Next::Call(spend) => Step::Spend(Self(Box::new(Unpaid {
                case,
                config,
                writ,
                operation,
                draft,
                limited,
                spend,
            }))),
        }
    }
}
