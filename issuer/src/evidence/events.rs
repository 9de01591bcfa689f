//! The events of the audit as a service: recorded where no other change goes with them, and found.

use crate::audit::{Event, Link};
use crate::store::audit as rows;
use crate::store::rows::audit::{EventPage, EventQuery};
use crate::store::{Store, StoreError, task};
use edgewrit_shared::token::claims::Claims;
use std::sync::Arc;

/// Records events that no other change goes with, and finds events.
#[derive(Debug)]
pub(crate) struct AuditEvents {
    store: Arc<Store>,
}

impl AuditEvents {
    pub(crate) const fn new(store: Arc<Store>) -> Self {
        Self { store }
    }

    /// Records an event that nothing else goes with, unless the limiter omits it.
    ///
    /// # Errors
    /// [`StoreError`]; the event was not recorded.
    pub(crate) async fn record(&self, event: Event) -> Result<(), StoreError> {
        if self.store.omits(&event) {
            return Ok(());
        }
        self.store.write(move |writing| writing.record(&event)).await
    }

    /// Records what was refused to a client or an agent of it, about a writ if it is about one;
    /// unless the limiter omits it.
    ///
    /// # Errors
    /// [`StoreError`]; the refusal was not recorded.
    pub(crate) async fn record_refusal(&self, event: Event, writ: Option<&Claims>) -> Result<(), StoreError> {
        if self.store.omits(&event) {
            return Ok(());
        }
        let named = writ.map(|writ| (writ.client_id.clone(), writ.task_id.clone()));
        let record = self.store.write(move |writing| {
            let task = named
                .as_ref()
                .map(|(client_id, task_id)| task::find(writing, client_id, task_id));
            let task = task.transpose()?.flatten().map(|row| row.task);
            writing.record_about(task, &event)
        });
        record.await
    }

    /// The events that `query` asks for.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn find(&self, query: EventQuery) -> Result<EventPage, StoreError> {
        self.store.read(move |reading| rows::find(reading, &query)).await
    }

    /// The first events of one request, up to `most`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn find_of_request(&self, request_id: String, most: u64) -> Result<Vec<Link>, StoreError> {
        let find = self
            .store
            .read(move |reading| rows::of_request(reading, &request_id, most));
        find.await
    }
}
