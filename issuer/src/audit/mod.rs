//! What happened, in a form that cannot be changed unnoticed: each event is a line of JSON, and each line's hash covers the hash
//! before it.

use crate::clock::Moment;
use edgewrit_shared::json::Quoted;
use std::fmt::Write as _;

mod chain;
mod checkpoint;
mod event;
mod keeping;
mod limiter;
mod tally;
mod walk;

pub use chain::{Broken, Head, Link};
pub use checkpoint::{Checkpoint, CheckpointError, CheckpointId, Place, hash_checkpoint};
pub use event::{Event, Kind, Outcome};
pub(crate) use limiter::{Admissions, EventLimiter};
pub(crate) use tally::Tally;
pub use walk::{CheckpointFault, CheckpointWalk};

use crate::rfc3339;

/// The line of `event` as number `seq`, in an order that never changes: what is hashed.
#[must_use]
pub fn line(seq: u64, at: Moment, event: &Event) -> String {
    let mut line = String::with_capacity(256 + event.data.len());
    let at = rfc3339::write_millis(at);
    // Writing to a text does not fail.
    let _whole = write!(line, r#"{{"seq":{seq},"at":"{at}","event":"{}""#, event.kind.as_str());
    let _whole = write!(line, r#","outcome":"{}""#, event.outcome.as_str());
    let members = [
        ("client_id", &event.client_id),
        ("task_id", &event.task_id),
        ("orch_id", &event.orch_id),
        ("agent_id", &event.agent_id),
        ("request_id", &event.request_id),
        ("traceparent", &event.traceparent),
    ];
    for (name, value) in members {
        if let Some(value) = value {
            let _whole = write!(line, r#","{name}":{}"#, Quoted(value));
        }
    }
    if !event.data.is_empty() {
        let _whole = write!(line, r#","data":{}"#, event.data);
    }
    line.push('}');
    line
}
