//! The parts of a permit cannot be named outside of the pipeline: the draft of a request, the proof
//! of a decision, the proof of a spend.

use edgewrit_edge::verdict::permit::Permit;

/// E0603: a draft without a permit is private.
use edgewrit_edge::request::draft::Draft;
/// E0603: the proof of a decision is private.
use edgewrit_edge::verdict::decide::Authorization;
/// E0603: the proof of a spend is private.
use edgewrit_edge::issuer::uses::Spent;

fn right(permit: Permit) -> String {
    let (request, _) = permit.into_request();
    request.target
}

fn main() {}
