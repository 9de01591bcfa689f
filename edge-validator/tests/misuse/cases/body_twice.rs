//! A need of a body is answered once.

use edgewrit_edge::step::{BodyEnd, NeedBody, Step};
use edgewrit_edge::world::World;

fn right(need: NeedBody, world: &World<'_>) -> Step {
    need.resume(BodyEnd::Failed, world)
}

/// E0382: the first end took the request.
fn wrong_second_end(need: NeedBody, world: &World<'_>) -> [Step; 2] {
    [need.resume(BodyEnd::Failed, world), need.resume(BodyEnd::Whole, world)]
}

/// E0382: nothing comes after the end.
fn wrong_part_after_the_end(mut need: NeedBody, world: &World<'_>) -> Step {
    let step = need.resume(BodyEnd::Whole, world);
    need.append(b"more");
    step
}

fn main() {}
