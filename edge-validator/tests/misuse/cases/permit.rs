//! Only a decision makes a permit, and a permit sends one request.

use edgewrit_edge::step::Step;
use edgewrit_edge::verdict::in_flight::InFlight;
use edgewrit_edge::verdict::permit::{OutgoingRequest, Permit};

fn right(step: Step) -> Option<(OutgoingRequest, InFlight)> {
    match step {
        Step::Forward(permit) => Some(permit.into_request()),
        _ => None,
    }
}

/// E0624: the constructor, which takes the proof, is private.
fn wrong_permit_without_proof() {
    let _ = Permit::new;
}

/// E0616: the proof of a permit cannot be taken out of it.
fn wrong_use_of_the_proof(permit: Permit) {
    let _ = permit.authorization;
}

/// E0308: a request without a permit is not sent.
fn wrong_request_without_permit(request: OutgoingRequest) -> Step {
    Step::Forward(request)
}

fn main() {}
