//! The audit: events in a form that cannot be changed unnoticed. Each event is a line of JSON, and
//! each line's hash covers the hash before it.

use crate::base::clock::Moment;
use edgewrit_shared::json::Quoted;
use edgewrit_shared::json::text::visible_json;
use std::borrow::Cow;
use std::fmt::Write as _;

mod chain;
mod checkpoint;
mod event;
mod keeping;
mod limiter;
mod request_info;
mod tally;
mod walk;

pub use chain::{Broken, ChainHead, Link};
pub use checkpoint::{Checkpoint, CheckpointError, CheckpointId, CheckpointPlace, hash_checkpoint};
pub(crate) use event::is_looked_up;
pub use event::{Event, EventKind, EventOutcome};
pub(crate) use limiter::{Admissions, EventLimiter};
pub use request_info::RequestInfo;
pub(crate) use tally::Tally;
pub use walk::{CheckpointFault, CheckpointWalk};

use crate::base::rfc3339;

/// The line of `event` as number `seq`, in an order that never changes: what is hashed. Characters
/// that a terminal may act on are spelled in it (`\u001b`).
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
    match visible_json(&line) {
        Cow::Borrowed(_) => line,
        Cow::Owned(spelled) => spelled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_nothing_that_a_terminal_acts_on() {
        let text = "\u{1b}[2J\u{9b}\u{7f}\u{202e}\u{2028}\u{85}\u{feff}";
        let event = Event::denied(EventKind::RequestRefused).data(&serde_json::json!({"detail": text}));
        let event = Event {
            request_id: Some(text.to_owned()),
            ..event
        };
        let line = line(1, Moment { millis: 0 }, &event);
        assert!(!line.contains(edgewrit_shared::json::text::is_hidden), "{line:?}");
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["data"]["detail"], text);
        assert_eq!(read["request_id"], text);
    }
}
