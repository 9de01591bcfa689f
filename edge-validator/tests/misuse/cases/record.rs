//! A host has no request to send before it has kept the record that a strict edge requires.

use edgewrit_edge::record::Record;
use edgewrit_edge::step::{NeedRecord, Step};
use edgewrit_edge::world::World;

fn right(need: NeedRecord, world: &World<'_>) -> (Record, Step) {
    (need.record(), need.resume(true, world))
}

/// E0599: a need of a record gives no request.
fn wrong_request_before_the_record(need: NeedRecord) {
    let _ = need.into_request();
}

/// E0308: a need of a record is no permit.
fn wrong_permit_before_the_record(need: NeedRecord) -> Step {
    Step::Forward(need)
}

/// E0382: a permit that is not valid any more after its record is not used on.
fn wrong_use_after_revalidation(need: NeedRecord, world: &World<'_>) -> [Step; 2] {
    [need.resume(true, world), need.resume(true, world)]
}

fn main() {}
