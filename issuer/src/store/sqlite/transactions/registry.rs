//! Clients and edges: registered, changed, shut out.

use crate::audit::Event;
use crate::store::rows::revocation::By;
use crate::store::sqlite::{SqliteStore, Writing, registry, revocation};
use crate::store::{AddClient, AddEdge, AddOutcome, PutClient, PutEdgeSecret, RegistryRows, RegistryStore, Stored};

impl RegistryStore for SqliteStore {
    fn add_client(&self, add: AddClient) -> Stored<'_, AddOutcome> {
        Box::pin(self.write(move |writing| {
            let is_added = registry::add_client(writing, &add.row)?;
            record_added(writing, is_added, &add.event)
        }))
    }

    fn put_client(&self, put: PutClient) -> Stored<'_, ()> {
        Box::pin(self.write(move |writing| {
            registry::put_client(writing, &put.row)?;
            if let Some(living) = put.ends {
                revocation::end(writing, living, By::Operator)?;
            }
            writing.record(&put.event)
        }))
    }

    fn add_edge(&self, add: AddEdge) -> Stored<'_, AddOutcome> {
        Box::pin(self.write(move |writing| {
            let is_added = registry::add_edge(writing, &add.row, add.created)?;
            record_added(writing, is_added, &add.event)
        }))
    }

    fn put_edge_secret(&self, put: PutEdgeSecret) -> Stored<'_, ()> {
        Box::pin(self.write(move |writing| {
            registry::put_edge_secret(writing, &put.row)?;
            writing.record(&put.event)
        }))
    }

    fn load_registry(&self) -> Stored<'_, RegistryRows> {
        Box::pin(self.read(|reading| {
            Ok(RegistryRows {
                clients: registry::clients(reading)?,
                edges: registry::edges(reading)?,
            })
        }))
    }
}

fn record_added(writing: &Writing<'_>, is_added: bool, event: &Event) -> rusqlite::Result<AddOutcome> {
    if !is_added {
        return Ok(AddOutcome::Taken);
    }
    writing.record(event)?;
    Ok(AddOutcome::Added)
}
