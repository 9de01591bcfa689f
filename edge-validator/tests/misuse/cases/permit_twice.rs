//! A permit sends one request.

use edgewrit_edge::verdict::in_flight::InFlight;
use edgewrit_edge::verdict::permit::{OutgoingRequest, Permit};

fn right(permit: Permit) -> (OutgoingRequest, InFlight) {
    permit.into_request()
}

/// E0382: the permit was moved into the first request.
fn wrong_second_request(permit: Permit) -> (OutgoingRequest, OutgoingRequest) {
    let (first, _) = permit.into_request();
    let (second, _) = permit.into_request();
    (first, second)
}

fn main() {}
