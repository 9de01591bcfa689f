//! Edges: registered, for one audience each.

use super::{Credential, NOBODY, RegisterError, Registry, credential};
use crate::audit::{Event, Kind};
use crate::keys::Hash;
use crate::store::registry::{self as rows, EdgeRow};
use edgewrit_shared::secret::Secret;
use serde_json::json;
use std::sync::{Arc, PoisonError};
use subtle::{Choice, ConstantTimeEq as _};

/// A registered validator.
#[derive(Debug)]
pub struct Edge {
    /// Its id.
    pub edge_id: String,
    /// The audience that it serves.
    pub audience: String,
    hash: Hash,
}

/// What the hash of an edge's credential is made for.
const EDGE: &str = "edge";
/// By which scanners for leaked secrets recognise an edge's.
const EDGE_SECRET: &str = "ewes_";

impl Registry {
    /// The edge that `id` and `secret` identify.
    #[must_use]
    pub fn authenticate_edge(&self, id: &str, secret: &Secret) -> Option<Arc<Edge>> {
        let edges = self.edges.read().unwrap_or_else(PoisonError::into_inner);
        let found = edges.get(id).cloned();
        let expected = found.as_ref().map_or(&NOBODY, |edge| &edge.hash);
        let same: Choice = self.key.hash(EDGE, id, secret).ct_eq(expected);
        found.filter(|_| same.into())
    }

    /// Registers an edge for `audience`; `upstreams` is JSON text.
    ///
    /// # Errors
    /// [`RegisterError`]; nobody was registered.
    pub async fn add_edge(
        &self,
        name: String,
        audience: String,
        upstreams: String,
    ) -> Result<Credential, RegisterError> {
        let credential = credential(&name, EDGE_SECRET)?;
        let row = EdgeRow {
            edge_id: credential.id.clone(),
            name,
            hash: self.key.hash(EDGE, &credential.id, &credential.secret),
            audience,
            upstreams,
        };
        let (kept, now) = (row.clone(), self.clock.now().seconds());
        let event = Event::done(Kind::EdgeRegistered);
        let event = event.data(&json!({"edge_id": row.edge_id, "audience": row.audience}));
        let add = self.store.write(move |writing| {
            let added = rows::add_edge(writing, &kept, now)?;
            if added {
                writing.record(&event)?;
            }
            Ok(added)
        });
        if !add.await? {
            return Err(RegisterError::Taken);
        }
        let (id, edge) = edge(row);
        let mut edges = self.edges.write().unwrap_or_else(PoisonError::into_inner);
        edges.insert(id, edge);
        Ok(credential)
    }
}

pub(super) fn edge(row: EdgeRow) -> (String, Arc<Edge>) {
    let edge = Edge {
        edge_id: row.edge_id.clone(),
        audience: row.audience,
        hash: row.hash,
    };
    (row.edge_id, Arc::new(edge))
}
