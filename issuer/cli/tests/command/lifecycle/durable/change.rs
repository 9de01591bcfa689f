//! Changes that the server acknowledged, and whether they are still present.

use super::load_client::{LoadClient, Parties, is_problem, task_id, task_of};
use crate::support::{Server, TestFolder};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::thread;

/// Clients that ask at the same time.
const CLIENTS: usize = 4;
/// A count that no boot here comes near.
const NEVER_USED: u64 = 1_000_000;

/// A change that the server answered, with the request that shows whether the change is present.
/// The request changes nothing if the change is present.
#[derive(Debug)]
pub(crate) enum Change {
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

impl Change {
    /// Whether the audit has the event of the change.
    fn is_recorded(&self, events: &HashSet<(String, String)>) -> bool {
        let (kind, task) = match self {
            Self::Begun { ask } | Self::BegunWithKey { ask, .. } => ("task_started", task_id(ask).to_owned()),
            Self::Completed { spend } => ("task_completed", task_of(spend)),
            Self::Spent { spend, .. } => ("uses_spent", task_of(spend)),
            Self::Refused { .. } => return true,
        };
        events.contains(&(kind.to_owned(), task))
    }

    /// Whether the server still has the change.
    fn is_present(&self, client: &LoadClient<'_>) -> bool {
        match self {
            Self::Begun { ask } => is_problem(&client.begin(ask, false), 409, "task_exists"),
            Self::BegunWithKey { ask, answer } => client.begin(ask, true) == Some((201, answer.clone())),
            Self::Completed { spend } => is_problem(&client.spend(spend), 403, "writ_refused"),
            Self::Spent { spend, answer } => {
                let mut another = spend.clone();
                another["counter"] = json!(NEVER_USED);
                client.spend(spend) == Some((200, answer.clone()))
                    && is_problem(&client.spend(&another), 409, "uses_exhausted")
            }
            Self::Refused { ask } => is_problem(&client.complete(ask), 404, "not_found"),
        }
    }
}

/// Kind and task of every event.
fn read_events(place: &TestFolder) -> HashSet<(String, String)> {
    let lines = place.run(&["audit", "export"]).ok();
    let event = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        (text("event"), text("task_id"))
    };
    lines.lines().map(event).collect()
}

/// The changes that the server has lost.
pub(crate) fn find_lost<'a>(parties: &Parties, server: &Server, changes: &'a [Change]) -> Vec<&'a Change> {
    let some = |changes: &'a [Change]| {
        let client = LoadClient::new(parties, &server.url);
        let lost = changes.iter().filter(|change| !change.is_present(&client));
        lost.collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let chunks = changes.chunks(changes.len().div_ceil(CLIENTS).max(1));
        let clients: Vec<_> = chunks.map(|chunk| scope.spawn(move || some(chunk))).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    })
}

/// Asserts what must hold after every start: the chain of events verifies and has the event of
/// every change, and the server has every change.
pub(crate) fn assert_nothing_is_lost(
    place: &TestFolder,
    parties: &Parties,
    server: &Server,
    changes: &[Change],
    when: &str,
) {
    place.run(&["audit", "verify"]).ok();
    let events = read_events(place);
    let unrecorded: Vec<_> = changes.iter().filter(|change| !change.is_recorded(&events)).collect();
    assert!(unrecorded.is_empty(), "{when}: not in the audit: {unrecorded:?}");
    let lost = find_lost(parties, server, changes);
    let (count, of, first) = (lost.len(), changes.len(), lost.first());
    assert!(
        lost.is_empty(),
        "{when}: {count} of {of} are lost, the first: {first:?}"
    );
}
