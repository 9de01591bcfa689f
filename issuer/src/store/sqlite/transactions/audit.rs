//! The audit chain: extended, read, pruned.

use crate::audit::{ChainHead, Link, Tally};
use crate::store::rows::audit::{CheckpointRow, EventPage, EventQuery, EventsBehind, PublishedPlace};
use crate::store::rows::task::TaskKey;
use crate::store::sqlite::{SqliteStore, Writing, audit, task};
use crate::store::{
    AuditStore, EventsAfter, EventsOfRequest, FindPruneTarget, FindPublished, PruneTo, RecordEvent, StoreError, Stored,
};
use rusqlite::Connection;
use std::future::ready;

impl AuditStore for SqliteStore {
    fn record(&self, record: RecordEvent) -> Stored<'_, ()> {
        if self.omits(&record.event) {
            return Box::pin(ready(Ok(())));
        }
        Box::pin(self.write(move |writing| {
            let row = match &record.about {
                Some(key) => find_row(writing, key)?,
                None => record.event.task,
            };
            writing.record_about(row, &record.event)
        }))
    }

    fn record_omitted(&self) -> Stored<'_, ()> {
        Box::pin(async move {
            let omitted = self.limiter.take_omitted();
            if omitted.is_empty() {
                return Ok(());
            }
            let recorded = record_all(self, &omitted).await;
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
        Box::pin(self.read(audit::head))
    }

    fn pruned_head(&self) -> Stored<'_, ChainHead> {
        Box::pin(self.read(audit::pruned))
    }

    fn events_after(&self, after: EventsAfter) -> Stored<'_, EventsBehind> {
        Box::pin(self.read(move |reading| {
            let before = audit::start(reading, after.from)?;
            let links = audit::after(reading, before.seq, after.most)?;
            Ok(EventsBehind { before, links })
        }))
    }

    fn find_events(&self, query: EventQuery) -> Stored<'_, EventPage> {
        Box::pin(self.read(move |reading| audit::find(reading, &query)))
    }

    fn events_of_request(&self, of: EventsOfRequest) -> Stored<'_, Vec<Link>> {
        Box::pin(self.read(move |reading| audit::of_request(reading, &of.request_id, of.most)))
    }

    fn find_published(&self, find: FindPublished) -> Stored<'_, PublishedPlace> {
        Box::pin(self.read(move |reading| find_published(reading, find)))
    }

    fn find_prune_target(&self, find: FindPruneTarget) -> Stored<'_, Option<CheckpointRow>> {
        Box::pin(self.read(move |reading| {
            let found = audit::prune_target(reading, find.first, find.moment, find.most)?;
            Ok(found.map(|(seq, jws)| CheckpointRow { seq, jws }))
        }))
    }

    fn prune_to(&self, prune: PruneTo) -> Stored<'_, ()> {
        Box::pin(self.write(move |writing| {
            audit::prune_to(writing, prune.head)?;
            writing.record(&prune.event)
        }))
    }
}

/// The number of the task that an event is about, if the task is kept.
fn find_row(writing: &Writing<'_>, key: &TaskKey) -> rusqlite::Result<Option<i64>> {
    let found = task::find(writing, &key.client_id, &key.task_id)?;
    Ok(found.map(|row| row.task))
}

async fn record_all(store: &SqliteStore, omitted: &Tally) -> Result<(), StoreError> {
    let events = omitted.events();
    let record_all = store.write(move |writing| {
        events.iter().try_for_each(|event| {
            let named = event.client_id.clone().zip(event.task_id.clone());
            let about = named.map(|(client_id, task_id)| TaskKey { client_id, task_id });
            let row = about.map(|key| find_row(writing, &key)).transpose()?;
            writing.record_about(row.flatten(), event)
        })
    });
    record_all.await
}

fn find_published(reading: &Connection, find: FindPublished) -> rusqlite::Result<PublishedPlace> {
    let checkpoint = match find.checkpoints_since {
        Some(back) => audit::checkpoint_before_last(reading, back)?,
        None => None,
    };
    Ok(PublishedPlace {
        head: audit::head(reading)?,
        pruned: audit::pruned(reading)?,
        at: audit::head_at(reading, find.seq)?,
        checkpoint,
    })
}
