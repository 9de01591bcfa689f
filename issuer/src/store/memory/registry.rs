//! Clients and edges: registered, changed, shut out.

use super::state::MemoryState;
use super::{MemoryStore, taken};
use crate::store::rows::registry::{ClientRow, ClientState, EdgeRow};
use crate::store::rows::revocation::By;
use crate::store::{AddClient, AddEdge, AddOutcome, PutClient, PutEdgeSecret, RegistryRows, RegistryStore, Stored};

impl RegistryStore for MemoryStore {
    fn add_client(&self, add: AddClient) -> Stored<'_, AddOutcome> {
        self.write(move |writing| {
            let clients = &mut writing.state.clients;
            if clients.values().any(|client| client.name == add.row.name) {
                return Ok(AddOutcome::Taken);
            }
            if clients.insert(add.row.client_id.clone(), add.row).is_some() {
                return Err(taken("client"));
            }
            writing.record(&add.event);
            Ok(AddOutcome::Added)
        })
    }

    fn put_client(&self, put: PutClient) -> Stored<'_, ()> {
        self.write(move |writing| {
            if let Some(kept) = writing.state.clients.get_mut(&put.row.client_id) {
                *kept = ClientRow {
                    client_id: kept.client_id.clone(),
                    name: kept.name.clone(),
                    created: kept.created,
                    ..put.row
                };
            }
            if let Some(living) = put.ends {
                writing.end(&living, By::Operator)?;
            }
            writing.record(&put.event);
            Ok(())
        })
    }

    fn add_edge(&self, add: AddEdge) -> Stored<'_, AddOutcome> {
        self.write(move |writing| {
            let edges = &mut writing.state.edges;
            if edges.values().any(|(_, edge)| edge.name == add.row.name) {
                return Ok(AddOutcome::Taken);
            }
            let row = (add.created, add.row);
            if edges.insert(row.1.edge_id.clone(), row).is_some() {
                return Err(taken("edge"));
            }
            writing.record(&add.event);
            Ok(AddOutcome::Added)
        })
    }

    fn put_edge_secret(&self, put: PutEdgeSecret) -> Stored<'_, ()> {
        self.write(move |writing| {
            if let Some((_, kept)) = writing.state.edges.get_mut(&put.row.edge_id) {
                (kept.hash, kept.before) = (put.row.hash, put.row.before);
            }
            writing.record(&put.event);
            Ok(())
        })
    }

    fn load_registry(&self) -> Stored<'_, RegistryRows> {
        self.read(|state| {
            let mut clients: Vec<ClientRow> = state.clients.values().cloned().collect();
            clients.sort_by_key(|client| client.created);
            let mut edges: Vec<_> = state.edges.values().collect();
            edges.sort_by_key(|(created, _)| *created);
            let edges: Vec<EdgeRow> = edges.into_iter().map(|(_, edge)| edge.clone()).collect();
            RegistryRows { clients, edges }
        })
    }
}

impl MemoryState {
    pub(super) fn client_state(&self, client_id: &str) -> ClientState {
        match self.clients.get(client_id) {
            None => ClientState::Unknown,
            Some(client) if client.ended.is_none() => ClientState::Active,
            Some(_) => ClientState::Ended,
        }
    }
}
