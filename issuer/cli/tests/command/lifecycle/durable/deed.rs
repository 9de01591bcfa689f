//! What the server said that it did, and whether it stands by it.

use super::side::{Cast, Side, id, is, task_of};
use crate::support::{Place, Server};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::thread;

/// Those who ask at the same time.
const SIDES: usize = 4;
/// A count that no boot here comes near.
const NEVER_USED: u64 = 1_000_000;

/// Something that was answered, with what it takes to see whether it still holds. Asking changes nothing if it does.
#[derive(Debug)]
pub(crate) enum Deed {
    /// A task without an idempotency key: there is one.
    Begun { ask: Value },
    /// A task with an idempotency key: it is answered the same.
    BegunWithKey { ask: Value, answer: String },
    /// The end of a task: its writ is refused.
    Completed { spend: Value },
    /// A use, the only one of its allowance: it is answered the same, and is the last.
    Spent { spend: Value, answer: String },
    /// A task that was refused with 503: there is none.
    Refused { ask: Value },
}

impl Deed {
    /// Whether the event is there that goes with it.
    fn is_recorded(&self, events: &HashSet<(String, String)>) -> bool {
        let (kind, task) = match self {
            Self::Begun { ask } | Self::BegunWithKey { ask, .. } => ("task_started", id(ask).to_owned()),
            Self::Completed { spend } => ("task_completed", task_of(spend)),
            Self::Spent { spend, .. } => ("uses_spent", task_of(spend)),
            Self::Refused { .. } => return true,
        };
        events.contains(&(kind.to_owned(), task))
    }

    fn holds(&self, side: &Side<'_>) -> bool {
        match self {
            Self::Begun { ask } => is(&side.begin(ask, false), 409, "task_exists"),
            Self::BegunWithKey { ask, answer } => side.begin(ask, true) == Some((201, answer.clone())),
            Self::Completed { spend } => is(&side.spend(spend), 403, "writ_refused"),
            Self::Spent { spend, answer } => {
                let mut another = spend.clone();
                another["counter"] = json!(NEVER_USED);
                side.spend(spend) == Some((200, answer.clone())) && is(&side.spend(&another), 409, "uses_exhausted")
            }
            Self::Refused { ask } => is(&side.complete(ask), 404, "not_found"),
        }
    }
}

/// Every event by its kind and task.
fn events(place: &Place) -> HashSet<(String, String)> {
    let lines = place.run(&["audit", "export"]).ok();
    let event = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        (text("event"), text("task_id"))
    };
    lines.lines().map(event).collect()
}

/// The deeds that the server does not stand by.
pub(crate) fn forgotten<'a>(cast: &Cast, server: &Server, deeds: &'a [Deed]) -> Vec<&'a Deed> {
    let some = |deeds: &'a [Deed]| {
        let side = Side::new(cast, &server.url);
        let forgotten = deeds.iter().filter(|deed| !deed.holds(&side));
        forgotten.collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let chunks = deeds.chunks(deeds.len().div_ceil(SIDES).max(1));
        let sides: Vec<_> = chunks.map(|chunk| scope.spawn(move || some(chunk))).collect();
        sides.into_iter().flat_map(|side| side.join().unwrap()).collect()
    })
}

/// What has to hold after every start, however the server ended before: the chain of events verifies and has every deed, and the
/// server stands by each.
pub(crate) fn all_is_there(place: &Place, cast: &Cast, server: &Server, deeds: &[Deed], when: &str) {
    place.run(&["audit", "verify"]).ok();
    let events = events(place);
    let unrecorded: Vec<_> = deeds.iter().filter(|deed| !deed.is_recorded(&events)).collect();
    assert!(unrecorded.is_empty(), "{when}: not in the audit: {unrecorded:?}");
    let forgotten = forgotten(cast, server, deeds);
    let (count, of, first) = (forgotten.len(), deeds.len(), forgotten.first());
    assert!(
        forgotten.is_empty(),
        "{when}: {count} of {of} are forgotten, the first: {first:?}"
    );
}
