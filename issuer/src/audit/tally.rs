//! Counts of omitted events, by their causes.

use super::{Event, EventKind};
use crate::base::clock::Moment;
use crate::base::rfc3339;
use serde_json::json;
use std::collections::HashMap;

/// Causes that are counted apart between two events of omission. Of causes beyond these only the
/// client is counted.
const CAUSES: usize = 1_024;

/// The key of a limit. Without task, source and cause: a client, or an edge, or all requests
/// without either.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct LimitKey {
    kind: EventKind,
    client_id: Option<String>,
    edge_id: Option<String>,
    task_id: Option<String>,
    source: Option<String>,
    cause: Option<String>,
}

impl LimitKey {
    pub(super) fn of(event: &Event) -> Self {
        Self {
            kind: event.kind,
            client_id: event.client_id.clone(),
            edge_id: event.edge_id.clone(),
            task_id: event.task_id.clone(),
            source: event.source.clone(),
            cause: event.cause.clone(),
        }
    }

    /// The client, the edge, or all requests without either.
    pub(super) fn party(&self) -> Self {
        Self {
            kind: self.kind,
            client_id: self.client_id.clone(),
            edge_id: self.edge_id.clone(),
            task_id: None,
            source: None,
            cause: None,
        }
    }
}

/// Events that were omitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Omitted {
    count: u64,
    first: Moment,
    last: Moment,
}

impl Omitted {
    /// One event that was omitted.
    pub(super) const fn one(now: Moment) -> Self {
        Self {
            count: 1,
            first: now,
            last: now,
        }
    }
}

/// The number of omitted events, by their causes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(HashMap<LimitKey, Omitted>);

impl Tally {
    /// Counts events of one cause.
    pub(super) fn add(&mut self, key: LimitKey, omitted: Omitted) {
        let is_full = self.0.len() >= CAUSES && !self.0.contains_key(&key);
        let key = if is_full { key.party() } else { key };
        let entry = self.0.entry(key).or_insert(Omitted { count: 0, ..omitted });
        entry.count = entry.count.saturating_add(omitted.count);
        entry.first = entry.first.min(omitted.first);
        entry.last = entry.last.max(omitted.last);
    }

    /// Adds what another tally has.
    pub(super) fn merge(&mut self, other: Self) {
        for (key, omitted) in other.0 {
            self.add(key, omitted);
        }
    }

    /// The number of omitted events.
    pub(super) fn count(&self) -> u64 {
        self.0.values().map(|omitted| omitted.count).sum()
    }

    /// Whether nothing was omitted.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One event for each cause.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.0
            .iter()
            .map(|(key, omitted)| omission_event(key, omitted))
            .collect()
    }
}

fn omission_event(key: &LimitKey, omitted: &Omitted) -> Event {
    let mut data = json!({
        "event": key.kind.as_str(),
        "count": omitted.count,
        "first_at": rfc3339::write_millis(omitted.first),
        "last_at": rfc3339::write_millis(omitted.last),
    });
    let known = [
        ("edge_id", &key.edge_id),
        ("source", &key.source),
        ("cause", &key.cause),
    ];
    if let Some(members) = data.as_object_mut() {
        for (name, value) in known {
            members.extend(value.as_ref().map(|value| (name.to_owned(), json!(value))));
        }
    }
    Event {
        client_id: key.client_id.clone(),
        task_id: key.task_id.clone(),
        ..Event::done(EventKind::EventsOmitted).data(&data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_that_are_counted_apart_are_bounded() {
        let (clients, tasks) = (40_usize, 50_usize);
        let mut tally = Tally::default();
        for client in 0..clients {
            for task in 0..tasks {
                let event = Event::denied(EventKind::RequestRefused).client(&format!("c{client}"));
                let key = LimitKey::of(&event.task(&format!("t{task}"), "o"));
                tally.add(key, Omitted::one(Moment { millis: 1 }));
            }
        }
        assert_eq!(tally.count(), (clients * tasks) as u64);
        assert!(tally.events().len() <= CAUSES + clients);
    }
}
