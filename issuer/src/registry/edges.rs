//! Edges: registered, for one audience each.

use super::{IssuedCredential, NO_SECRET, RegisterError, Registry, credential};
use crate::audit::{Event, EventKind};
use crate::base::id;
use crate::store::rows::registry::EdgeRow;
use crate::store::{AddEdge, AddOutcome, PutEdgeSecret};
use edgewrit_shared::secret::Secret;
use serde_json::json;
use std::sync::{Arc, PoisonError};
use subtle::ConstantTimeEq as _;

/// A registered validator.
#[derive(Debug)]
pub struct RegisteredEdge {
    /// Id of the edge.
    pub edge_id: String,
    /// The audience that it serves.
    pub audience: String,
    /// Row in the store.
    row: EdgeRow,
}

/// The role in the hash of an edge's credential.
const EDGE: &str = "edge";
/// The prefix by which scanners for leaked secrets recognise an edge's credential.
const EDGE_SECRET: &str = "ewes_";

impl Registry {
    /// The edge that `id` and `secret` identify. Takes the same time whether there is one or not.
    #[must_use]
    pub fn authenticate_edge(&self, id: &str, secret: &Secret) -> Option<Arc<RegisteredEdge>> {
        let found = self.edge(id);
        let now = self.clock.now().seconds();
        let row = found.as_ref().map(|edge| &edge.row);
        let before = row.and_then(|row| row.before).filter(|(_, until)| now < *until);
        let shown = self.key.hash(EDGE, id, secret);
        let same = shown.ct_eq(row.map_or(&NO_SECRET, |row| &row.hash));
        let same_as_before = shown.ct_eq(&before.map_or(NO_SECRET, |(hash, _)| hash));
        found.filter(|_| (same | same_as_before).into())
    }

    fn edge(&self, id: &str) -> Option<Arc<RegisteredEdge>> {
        let edges = self.edges.read().unwrap_or_else(PoisonError::into_inner);
        edges.get(id).cloned()
    }

    /// The edge that has this id, or this name.
    fn edge_called(&self, name: &str) -> Option<Arc<RegisteredEdge>> {
        let named = || {
            let edges = self.edges.read().unwrap_or_else(PoisonError::into_inner);
            edges.values().find(|edge| edge.row.name == name).cloned()
        };
        self.edge(name).or_else(named)
    }

    /// Gives the edge with this id or name another credential; the one that it has is valid for
    /// `overlap` more seconds.
    ///
    /// # Errors
    /// [`RegisterError`]; nothing has changed.
    pub async fn rotate_edge_secret(&self, name: &str, overlap: u64) -> Result<IssuedCredential, RegisterError> {
        let _turn = self.turn.lock().await;
        let edge = self.edge_called(name).ok_or(RegisterError::UnknownEdge)?;
        let secret = id::secret(EDGE_SECRET)?;
        let until = self.clock.now().seconds().plus(overlap);
        let mut row = edge.row.clone();
        row.before = (overlap > 0).then_some((row.hash, until));
        row.hash = self.key.hash(EDGE, &row.edge_id, &secret);
        let event = Event::done(EventKind::EdgeSecretRotated);
        let event = event.data(&json!({"edge_id": row.edge_id, "overlap": overlap}));
        let put = PutEdgeSecret {
            row: row.clone(),
            event,
        };
        self.store.put_edge_secret(put).await?;
        let id = row.edge_id.clone();
        self.hold_edge(row);
        Ok(IssuedCredential { id, secret })
    }

    fn hold_edge(&self, row: EdgeRow) {
        let (id, edge) = edge(row);
        let mut edges = self.edges.write().unwrap_or_else(PoisonError::into_inner);
        edges.insert(id, edge);
    }

    /// Registers an edge for `audience`; `upstreams` is JSON text.
    ///
    /// # Errors
    /// [`RegisterError`]; no edge was registered.
    pub async fn add_edge(
        &self,
        name: String,
        audience: String,
        upstreams: String,
    ) -> Result<IssuedCredential, RegisterError> {
        let credential = credential(&name, EDGE_SECRET)?;
        let row = EdgeRow {
            edge_id: credential.id.clone(),
            name,
            hash: self.key.hash(EDGE, &credential.id, &credential.secret),
            before: None,
            audience,
            upstreams,
        };
        let event = Event::done(EventKind::EdgeRegistered);
        let event = event.data(&json!({"edge_id": row.edge_id, "audience": row.audience}));
        let add = AddEdge {
            row: row.clone(),
            created: self.clock.now().seconds(),
            event,
        };
        if self.store.add_edge(add).await? == AddOutcome::Taken {
            return Err(RegisterError::Taken);
        }
        self.hold_edge(row);
        Ok(credential)
    }
}

pub(super) fn edge(row: EdgeRow) -> (String, Arc<RegisteredEdge>) {
    let edge = RegisteredEdge {
        edge_id: row.edge_id.clone(),
        audience: row.audience.clone(),
        row,
    };
    (edge.edge_id.clone(), Arc::new(edge))
}
