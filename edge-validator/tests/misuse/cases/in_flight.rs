//! A request in flight has one end: an outcome, or the withdrawal of its permit.

use edgewrit_edge::record::Record;
use edgewrit_edge::verdict::in_flight::{InFlight, Outcome};
use edgewrit_edge::verdict::refusal::{HostFault, Refusal};

fn right(in_flight: InFlight) -> Record {
    in_flight.finish(Outcome::Answered(200))
}

/// E0382: the first outcome took the request.
fn wrong_second_outcome(in_flight: InFlight) -> [Record; 2] {
    [in_flight.finish(Outcome::Failed), in_flight.finish(Outcome::Answered(200))]
}

/// E0382: a request whose permit was withdrawn has no outcome.
fn wrong_outcome_after_withdrawal(in_flight: InFlight) -> (Refusal, Record) {
    (in_flight.withdraw(HostFault::OtherRequest), in_flight.finish(Outcome::Failed))
}

fn main() {}
