//! The audit chain: extended, read, pruned.

use super::MemoryStore;
use super::state::{KeptEvent, MemoryState};
use super::writing::MemoryWriting;
use crate::audit::{ChainHead, EventKind, Link, Tally};
use crate::base::clock::Moment;
use crate::store::rows::audit::{CheckpointRow, EventPage, EventQuery, EventsBehind, PublishedPlace};
use crate::store::rules::retention::prune_preference;
use crate::store::{
    AuditStore, EventsAfter, EventsOfRequest, FindPruneTarget, FindPublished, PruneTo, RecordEvent, StoreError, Stored,
};
use std::collections::BTreeSet;
use std::future::ready;

impl AuditStore for MemoryStore {
    fn record(&self, record: RecordEvent) -> Stored<'_, ()> {
        if !self.limiter.has_room(&record.event, self.clock.now()) {
            return Box::pin(ready(Ok(())));
        }
        self.write(move |writing| {
            let task = match &record.about {
                Some(key) => writing.state.find_row(&key.client_id, &key.task_id).map(|row| row.task),
                None => record.event.task,
            };
            writing.record_about(task, &record.event);
            Ok(())
        })
    }

    fn record_omitted(&self) -> Stored<'_, ()> {
        Box::pin(async move {
            let omitted = self.limiter.take_omitted();
            if omitted.is_empty() {
                return Ok(());
            }
            let recorded = self.write_now(|writing| record_all(writing, &omitted));
            if recorded.is_err() {
                self.limiter.put_back(omitted);
            }
            recorded
        })
    }

    fn omitted_events(&self) -> u64 {
        self.limiter.total()
    }

    fn audit_head(&self) -> Stored<'_, ChainHead> {
        self.read(MemoryState::head)
    }

    fn pruned_head(&self) -> Stored<'_, ChainHead> {
        self.read(|state| state.pruned)
    }

    fn events_after(&self, after: EventsAfter) -> Stored<'_, EventsBehind> {
        self.read(move |state| {
            let before = state.start(after.from);
            let behind = state.events.range(before.seq.max(state.pruned.seq) + 1..);
            let links = behind.map(|(_, event)| event.link.clone());
            EventsBehind {
                before,
                links: links.take(to_usize(after.most)).collect(),
            }
        })
    }

    fn find_events(&self, query: EventQuery) -> Stored<'_, EventPage> {
        self.read(move |state| state.find_events(&query))
    }

    fn events_of_request(&self, of: EventsOfRequest) -> Stored<'_, Vec<Link>> {
        self.read(move |state| {
            let events = state.events.values();
            let events = events.filter(|event| event.request_id.as_ref() == Some(&of.request_id));
            events.take(to_usize(of.most)).map(|event| event.link.clone()).collect()
        })
    }

    fn find_published(&self, find: FindPublished) -> Stored<'_, PublishedPlace> {
        self.read(move |state| {
            let back = find.checkpoints_since.map(to_usize);
            PublishedPlace {
                head: state.head(),
                pruned: state.pruned,
                at: state.head_at(find.seq),
                checkpoint: back.and_then(|back| state.checkpoints.values().rev().nth(back).cloned()),
            }
        })
    }

    fn find_prune_target(&self, find: FindPruneTarget) -> Stored<'_, Option<CheckpointRow>> {
        self.read(move |state| state.find_prune_target(&find))
    }

    fn prune_to(&self, prune: PruneTo) -> Stored<'_, ()> {
        self.write(move |writing| {
            writing.state.pruned = prune.head;
            writing.record(&prune.event);
            Ok(())
        })
    }
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn record_all(writing: &mut MemoryWriting<'_>, omitted: &Tally) -> Result<(), StoreError> {
    for event in omitted.events() {
        let named = event.client_id.as_deref().zip(event.task_id.as_deref());
        let row = named.and_then(|(client_id, task_id)| writing.state.find_row(client_id, task_id));
        writing.record_about(row.map(|row| row.task), &event);
    }
    Ok(())
}

impl MemoryState {
    /// The head as it was at event `seq`.
    fn head_at(&self, seq: u64) -> Option<ChainHead> {
        if seq == 0 {
            return Some(ChainHead::default());
        }
        let kept = self.events.get(&seq).map(|event| event.link.head);
        kept.or_else(|| Some(self.pruned).filter(|pruned| pruned.seq == seq))
    }

    /// The head behind which the events after number `from` begin: that of event `from`, or of the
    /// last one that was pruned, if there is no such event.
    pub(super) fn start(&self, from: u64) -> ChainHead {
        if from < self.pruned.seq {
            return self.pruned;
        }
        self.head_at(from).unwrap_or(self.pruned)
    }

    /// Number of the first event at or after `at` that is not pruned, one beyond the last if there
    /// is none.
    fn first_at(&self, at: Moment) -> u64 {
        let mut kept = self.events.range(self.pruned.seq + 1..);
        let first = kept.find(|(_, event)| event.at >= at).map(|(seq, _)| *seq);
        first.unwrap_or_else(|| self.head().seq + 1)
    }

    fn find_events(&self, query: &EventQuery) -> EventPage {
        let first = query.since.map_or(self.pruned.seq + 1, |at| self.first_at(at));
        let end = query.until.map_or(self.head().seq + 1, |at| self.first_at(at));
        let tasks = self.queried_tasks(query);
        let events = self.events.values().filter(|event| {
            let seq = event.link.head.seq;
            seq >= first && seq < end && is_asked_for(query, &tasks, event)
        });
        let found: Vec<&Link> = events.map(|event| &event.link).collect();
        let page = found.iter().skip(to_usize(query.offset)).take(to_usize(query.limit));
        let page = page.map(|link| {
            let before = self.head_at(link.head.seq.saturating_sub(1));
            (before.unwrap_or_default(), Link::clone(link))
        });
        EventPage {
            events: page.collect(),
            total: found.len() as u64,
        }
    }

    /// For each condition on tasks the numbers of the tasks that satisfy it.
    fn queried_tasks(&self, query: &EventQuery) -> Vec<BTreeSet<i64>> {
        let named = |task_id: &String| {
            let tasks = self.tasks.values().filter(move |task| task.task_id == *task_id);
            tasks.map(|task| task.row.task).collect::<BTreeSet<_>>()
        };
        let of_agent = query.agents_task.as_ref().zip(query.agent_id.as_ref());
        // The agent's own task, and those in which something was passed on to it.
        let of_agent = of_agent.map(|(task_id, agent_id)| {
            let delegated = self
                .events
                .values()
                .filter(|event| event.agent_id.as_ref() == Some(agent_id));
            let delegated = delegated.filter(|event| event.kind == EventKind::DelegationCreated);
            let delegated = delegated.filter_map(|event| event.task);
            named(task_id).into_iter().chain(delegated).collect()
        });
        of_agent.into_iter().chain(query.task_id.as_ref().map(named)).collect()
    }

    fn find_prune_target(&self, find: &FindPruneTarget) -> Option<CheckpointRow> {
        let from = self.pruned.seq;
        if self.first_at(find.first) <= from + 1 {
            return None;
        }
        // The last event stays: the chain goes on from it.
        let end = self.first_at(find.moment).min(self.head().seq);
        let wanted = from.saturating_add(find.most);
        let within = self.checkpoints.iter().filter(|(seq, _)| **seq > from && **seq < end);
        let (seq, jws) = within.min_by_key(|(seq, _)| prune_preference(**seq, wanted))?;
        Some(CheckpointRow {
            seq: *seq,
            jws: jws.clone(),
        })
    }

    /// Deletes up to `most` events that are pruned.
    pub(super) fn delete_pruned(&mut self, most: usize) -> usize {
        let pruned = self.events.range(..=self.pruned.seq).map(|(seq, _)| *seq);
        let pruned: Vec<u64> = pruned.take(most).collect();
        for seq in &pruned {
            self.events.remove(seq);
        }
        pruned.len()
    }
}

/// Whether an event satisfies the conditions on its columns, and is about one of each of `tasks`.
fn is_asked_for(query: &EventQuery, tasks: &[BTreeSet<i64>], event: &KeptEvent) -> bool {
    let is_about = |tasks: &BTreeSet<i64>| event.task.is_some_and(|task| tasks.contains(&task));
    query.event.as_deref().is_none_or(|kind| kind == event.kind.as_str())
        && query
            .outcome
            .as_deref()
            .is_none_or(|outcome| outcome == event.outcome.as_str())
        && (query.agent_id.is_none() || query.agent_id == event.agent_id)
        && tasks.iter().all(is_about)
}
