//! A request is judged by its own body: the host reads the body into the need, and no function
//! takes a need and a body.

use edgewrit_edge::step::{BodyEnd, NeedBody, Step};
use edgewrit_edge::world::World;

fn right(mut need: NeedBody, part: &[u8], world: &World<'_>) -> Step {
    need.append(part);
    need.resume(BodyEnd::Whole, world)
}

/// E0308: the body of another request is no end of the body of this one.
fn wrong_body_of_another_request(need: NeedBody, other: NeedBody, world: &World<'_>) -> Step {
    need.resume(other, world)
}

/// E0616: the body that another request has read cannot be taken out of it.
fn wrong_body_taken_from_another_request(mut need: NeedBody, other: NeedBody) {
    need.append(&other.body);
}

/// E0061: bytes are no argument of the end.
fn wrong_bytes_at_the_end(need: NeedBody, other: &[u8], world: &World<'_>) -> Step {
    need.resume(BodyEnd::Whole, other, world)
}

fn main() {}
