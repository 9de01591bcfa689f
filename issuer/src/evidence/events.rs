//! The events of the audit as a service: recorded where no other change goes with them, and found.

use crate::audit::{Event, Link};
use crate::store::rows::audit::{EventPage, EventQuery};
use crate::store::rows::task::TaskKey;
use crate::store::{EventsOfRequest, RecordEvent, Store, StoreError};
use edgewrit_shared::token::claims::Claims;
use std::sync::Arc;

/// Records events that no other change goes with, and finds events.
#[derive(Debug)]
pub(crate) struct AuditEvents {
    store: Arc<dyn Store>,
}

impl AuditEvents {
    pub(crate) const fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Records an event that nothing else goes with, unless the limiter omits it.
    ///
    /// # Errors
    /// [`StoreError`]; the event was not recorded.
    pub(crate) async fn record(&self, event: Event) -> Result<(), StoreError> {
        self.store.record(RecordEvent::new(event)).await
    }

    /// Records what was refused to a client or an agent of it, about a writ if it is about one;
    /// unless the limiter omits it.
    ///
    /// # Errors
    /// [`StoreError`]; the refusal was not recorded.
    pub(crate) async fn record_refusal(&self, event: Event, writ: Option<&Claims>) -> Result<(), StoreError> {
        let about = writ.map(|writ| TaskKey {
            client_id: writ.client_id.clone(),
            task_id: writ.task_id.clone(),
        });
        self.store.record(RecordEvent { event, about }).await
    }

    /// The events that `query` asks for.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn find(&self, query: EventQuery) -> Result<EventPage, StoreError> {
        self.store.find_events(query).await
    }

    /// The first events of one request, up to `most`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn find_of_request(&self, request_id: String, most: u64) -> Result<Vec<Link>, StoreError> {
        let of = EventsOfRequest { request_id, most };
        self.store.events_of_request(of).await
    }
}
