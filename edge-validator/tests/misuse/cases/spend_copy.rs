//! A spend and its request are one value, which cannot be copied.

use edgewrit_edge::issuer::call::IssuerAnswer;
use edgewrit_edge::step::{NeedSpend, Step};
use edgewrit_edge::world::World;

fn right(need: NeedSpend, world: &World<'_>) -> Step {
    need.resume(IssuerAnswer::Failed, world)
}

/// E0308: the need has no copy, which could use one debit for two requests.
fn wrong_copy(need: &NeedSpend) -> NeedSpend {
    need.clone()
}

/// E0308: a request that needs a spend is not permitted.
fn wrong_permit_without_answer(need: NeedSpend) -> Step {
    Step::Forward(need)
}

fn main() {}
