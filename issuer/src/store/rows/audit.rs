//! The audit chain as it is kept: the line that was hashed, and beside it what events are looked up
//! by.

use crate::audit::{ChainHead, Link};
use crate::base::clock::Moment;

/// The columns beside the line of an event, by which it is looked up.
#[derive(Clone, Debug)]
pub struct EventColumns {
    /// Milliseconds since 1970.
    pub at: i64,
    /// The kind of event.
    pub event: String,
    /// Whether what was tried was done.
    pub outcome: String,
    /// The agent.
    pub agent_id: Option<String>,
    /// The request, of an event that is looked up by it.
    pub request_id: Option<String>,
    /// The number of the task.
    pub task: Option<i64>,
}

/// The conditions of a search for events. A condition that is not set does not restrict it.
#[derive(Clone, Debug, Default)]
pub struct EventQuery {
    /// The kind of event.
    pub event: Option<String>,
    /// `success` or `denied`.
    pub outcome: Option<String>,
    /// The agent.
    pub agent_id: Option<String>,
    /// The task of which the agent is, by its id, which narrows the search.
    pub agents_task: Option<String>,
    /// The task, of whichever client.
    pub task_id: Option<String>,
    /// From this moment on.
    pub since: Option<Moment>,
    /// Up to and without this moment.
    pub until: Option<Moment>,
    /// The most events of one page.
    pub limit: u64,
    /// The number of events that are passed over.
    pub offset: u64,
}

/// The events that were found.
#[derive(Debug)]
pub struct EventPage {
    /// Events, oldest first, each with the hash before it.
    pub events: Vec<(ChainHead, Link)>,
    /// The number of all such events.
    pub total: u64,
}

/// Events in the order of the chain, and the head behind which they begin.
#[derive(Clone, Debug)]
pub struct EventsBehind {
    /// The head before the first event.
    pub before: ChainHead,
    /// The events.
    pub links: Vec<Link>,
}

/// A signed checkpoint, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointRow {
    /// The number of the event that it covers.
    pub seq: u64,
    /// The signed document.
    pub jws: String,
}

/// The last checkpoint, and the head of the chain at its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastCheckpointRow {
    /// The checkpoint.
    pub checkpoint: CheckpointRow,
    /// The head of the chain at the event of the checkpoint, or that of the last pruned event.
    pub head: ChainHead,
}

/// The event and the checkpoint of a store at the place of a published head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedPlace {
    /// The head of the chain.
    pub head: ChainHead,
    /// The last event that was pruned; the beginning if none was.
    pub pruned: ChainHead,
    /// The head as it was at the event that was published.
    pub at: Option<ChainHead>,
    /// The signed text of the checkpoint that was published, if it is kept.
    pub checkpoint: Option<String>,
}
