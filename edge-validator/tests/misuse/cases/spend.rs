//! A spend is answered once.

use edgewrit_edge::issuer::call::IssuerAnswer;
use edgewrit_edge::step::{NeedSpend, Step};
use edgewrit_edge::world::World;

fn right(need: NeedSpend, answer: IssuerAnswer<'_>, world: &World<'_>) -> Step {
    let _ = need.call();
    need.resume(answer, world)
}

/// E0382: one answer permits one request.
fn wrong_second_answer(need: NeedSpend, answer: IssuerAnswer<'_>, world: &World<'_>) -> [Step; 2] {
    [need.resume(answer, world), need.resume(answer, world)]
}

/// E0382: no further call belongs to an answered spend.
fn wrong_call_after_answer(need: NeedSpend, answer: IssuerAnswer<'_>, world: &World<'_>) {
    let _ = need.resume(answer, world);
    let _ = need.call();
}

fn main() {}
