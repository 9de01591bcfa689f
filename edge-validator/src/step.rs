//! The steps from a request's head to a verdict.

use crate::call::{Answer, Call};
use crate::config::Config;
use crate::head::Head;
use crate::memory::Memory;
use crate::permit::Permit;
use crate::refusal::Refusal;
use alloc::sync::Arc;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::time::UnixSeconds;

/// What a step may know of the world, as it is now. Given to every step, because a step can come long after the last one.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The configuration.
    pub config: &'a Arc<Config>,
    /// What is held of the issuer's bundles, if anything.
    pub snapshot: Option<&'a Snapshot>,
    /// What is remembered between requests.
    pub memory: &'a Memory,
    /// The time.
    pub now: UnixSeconds,
}

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

/// A request's body, as far as the host could read it.
#[derive(Clone, Copy, Debug)]
pub enum BodyRead<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// It is longer than [`NeedBody::limit`].
    TooLarge,
    /// It broke off.
    Failed,
}

/// A request that cannot be judged without its body.
pub struct NeedBody(());

/// A request that is permitted once the issuer has debited an allowance.
pub struct NeedSpend(());

/// Takes in a request's head.
pub fn start(_head: Head<'_>, _world: &World<'_>) -> Step {
    todo!()
}

impl NeedBody {
    /// The longest body that is judged, in bytes.
    #[must_use]
    pub fn limit(&self) -> usize {
        todo!()
    }
    /// Goes on with the body.
    pub fn with(self, _body: BodyRead<'_>, _world: &World<'_>) -> Step {
        todo!()
    }
}

impl NeedSpend {
    /// The call to make, once.
    #[must_use]
    pub fn call(&self) -> Call {
        todo!()
    }
    /// Goes on with the answer; may need another call.
    pub fn with(self, _answer: Answer<'_>, _world: &World<'_>) -> Step {
        todo!()
    }
}
