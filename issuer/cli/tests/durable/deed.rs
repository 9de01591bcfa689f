//! What the server said that it did, and whether it stands by it.

use super::side::{Cast, Side, is};
use crate::support::{Place, Server};
use serde_json::{Value, json};
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

/// What has to hold after every start, however the server ended before.
///
/// Whatever else has to hold then belongs here: that the chain of events verifies (`edgewrit audit verify --data DIR`).
pub(crate) fn all_is_there(_place: &Place, cast: &Cast, server: &Server, deeds: &[Deed], when: &str) {
    let forgotten = forgotten(cast, server, deeds);
    let (count, of, first) = (forgotten.len(), deeds.len(), forgotten.first());
    assert!(
        forgotten.is_empty(),
        "{when}: {count} of {of} are forgotten, the first: {first:?}"
    );
}
