//! Transactions about the audit chain.

use super::Stored;
use crate::audit::{ChainHead, Event, Link};
use crate::base::clock::Moment;
use crate::store::rows::audit::{CheckpointRow, EventPage, EventQuery, EventsBehind, PublishedPlace};
use crate::store::rows::task::TaskKey;

/// An event that no change goes with.
#[derive(Clone, Debug)]
pub struct RecordEvent {
    /// The event.
    pub event: Event,
    /// The task by which the event can be looked up, in place of the number in the event.
    pub about: Option<TaskKey>,
}

impl RecordEvent {
    /// An event that is about no task.
    #[must_use]
    pub const fn new(event: Event) -> Self {
        Self { event, about: None }
    }
}

/// A position in the chain.
#[derive(Clone, Copy, Debug)]
pub struct EventsAfter {
    /// The number of the event before.
    pub from: u64,
    /// The most events that are answered.
    pub most: u64,
}

/// A request whose events are wanted.
#[derive(Clone, Debug)]
pub struct EventsOfRequest {
    /// The id of the request.
    pub request_id: String,
    /// The most events that are answered.
    pub most: u64,
}

/// A head and a checkpoint that were published.
#[derive(Clone, Copy, Debug)]
pub struct FindPublished {
    /// The number of the event.
    pub seq: u64,
    /// Number of checkpoints that were signed since the published one; `None` if none is looked
    /// for.
    pub checkpoints_since: Option<u64>,
}

/// Age of the events that are pruned.
#[derive(Clone, Copy, Debug)]
pub struct FindPruneTarget {
    /// Nothing is pruned unless the first event that is kept happened before this moment.
    pub first: Moment,
    /// Events before this moment are pruned.
    pub moment: Moment,
    /// About as many events are pruned at most.
    pub most: u64,
}

/// The head up to which the chain is pruned.
#[derive(Clone, Debug)]
pub struct PruneTo {
    /// The head.
    pub head: ChainHead,
    /// The event of the prune.
    pub event: Event,
}

/// Extends, reads and prunes the audit chain.
pub trait AuditStore {
    /// Records an event that no change goes with, unless the limiter omits it: then it is counted,
    /// and costs no write.
    fn record(&self, record: RecordEvent) -> Stored<'_, ()>;

    /// Records the events that the limiter omitted since this was asked last: one event for each
    /// cause. If it fails, what was omitted is still counted.
    fn record_omitted(&self) -> Stored<'_, ()>;

    /// The number of events that were omitted since the start.
    fn omitted_events(&self) -> u64;

    /// The head of the chain.
    fn audit_head(&self) -> Stored<'_, ChainHead>;

    /// The last event that was pruned; the beginning if none was.
    fn pruned_head(&self) -> Stored<'_, ChainHead>;

    /// Events behind a position: those that are not pruned, in their order.
    fn events_after(&self, after: EventsAfter) -> Stored<'_, EventsBehind>;

    /// Events by what they are looked up by.
    fn find_events(&self, query: EventQuery) -> Stored<'_, EventPage>;

    /// The events of one request.
    fn events_of_request(&self, of: EventsOfRequest) -> Stored<'_, Vec<Link>>;

    /// The event and the checkpoint at the place of a published head.
    fn find_published(&self, find: FindPublished) -> Stored<'_, PublishedPlace>;

    /// The checkpoint up to which the chain can be pruned.
    fn find_prune_target(&self, find: FindPruneTarget) -> Stored<'_, Option<CheckpointRow>>;

    /// Notes that everything up to a head is pruned.
    fn prune_to(&self, prune: PruneTo) -> Stored<'_, ()>;
}
