//! Clients and edges: who they are and what they may do. Held in memory, written through to the store.

use crate::ceiling::{CEILING_VALUES, Ceiling};
use crate::clock::Clock;
use crate::id::{self, NoRandomness};
use crate::keys::{CredentialKey, Hash};
use crate::reading;
use crate::store::registry::{self as rows, ClientRow, EdgeRow};
use crate::store::{Store, StoreError};
use edgewrit_shared::secret::Secret;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::{error, fmt};
use subtle::ConstantTimeEq as _;

/// A registered orchestrator.
#[derive(Debug)]
pub struct Client {
    /// Its id.
    pub client_id: String,
    /// What it may ask for.
    pub ceiling: Ceiling,
    hash: Hash,
}

/// A registered validator.
#[derive(Debug)]
pub struct Edge {
    /// Its id.
    pub edge_id: String,
    /// The audience that it serves.
    pub audience: String,
    hash: Hash,
}

/// What identifies somebody, and is shown once.
#[derive(Debug)]
pub struct Credential {
    /// Who.
    pub id: String,
    /// What only they know.
    pub secret: Secret,
}

/// Why somebody was not registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegisterError {
    /// The name is taken.
    Taken,
    /// No randomness for a secret.
    Random(NoRandomness),
    /// Not stored.
    Store(StoreError),
}

impl From<NoRandomness> for RegisterError {
    fn from(error: NoRandomness) -> Self {
        Self::Random(error)
    }
}

impl From<StoreError> for RegisterError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Why the registry cannot be loaded.
#[derive(Debug)]
pub enum LoadError {
    /// The store refused.
    Store(StoreError),
    /// A client's ceiling in the database is not readable; which client.
    Ceiling(String),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Ceiling(client_id) => write!(f, "the database holds no readable ceiling for `{client_id}`"),
        }
    }
}

impl error::Error for LoadError {}

/// What the hash of a client's secret is made for.
const CLIENT: &str = "client";
/// What the hash of an edge's credential is made for.
const EDGE: &str = "edge";
/// By which scanners for leaked secrets recognise a client's.
const CLIENT_SECRET: &str = "ewcs_";
/// By which they recognise an edge's.
const EDGE_SECRET: &str = "ewes_";
/// Compared with when nobody has the id, so that this takes the same time.
const NOBODY: Hash = [0; 32];

/// Everybody who is registered.
#[derive(Debug)]
pub struct Registry {
    store: Arc<Store>,
    key: CredentialKey,
    clock: Clock,
    clients: RwLock<HashMap<String, Arc<Client>>>,
    edges: RwLock<HashMap<String, Arc<Edge>>>,
}

impl Registry {
    /// Loads everybody from `store`.
    ///
    /// # Errors
    /// [`LoadError`].
    pub async fn load(store: Arc<Store>, key: CredentialKey, clock: Clock) -> Result<Self, LoadError> {
        let read = store.read(|connection| Ok((rows::clients(connection)?, rows::edges(connection)?)));
        let (clients, edges) = read.await.map_err(LoadError::Store)?;
        let clients: Result<HashMap<_, _>, _> = clients.into_iter().map(client).collect();
        Ok(Self {
            store,
            key,
            clock,
            clients: RwLock::new(clients?),
            edges: RwLock::new(edges.into_iter().map(edge).collect()),
        })
    }

    /// The client that `id` and `secret` identify.
    #[must_use]
    pub fn authenticate_client(&self, id: &str, secret: &Secret) -> Option<Arc<Client>> {
        let found = self.client(id);
        let expected = found.as_ref().map_or(&NOBODY, |client| &client.hash);
        let same = self.key.hash(CLIENT, id, secret).ct_eq(expected);
        found.filter(|_| same.into())
    }

    /// The edge that `id` and `secret` identify.
    #[must_use]
    pub fn authenticate_edge(&self, id: &str, secret: &Secret) -> Option<Arc<Edge>> {
        let found = self
            .edges
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned();
        let expected = found.as_ref().map_or(&NOBODY, |edge| &edge.hash);
        let same = self.key.hash(EDGE, id, secret).ct_eq(expected);
        found.filter(|_| same.into())
    }

    /// The client with this id, whoever asks.
    #[must_use]
    pub fn client(&self, id: &str) -> Option<Arc<Client>> {
        self.clients
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    /// Registers a client.
    ///
    /// # Errors
    /// [`RegisterError`]; nobody was registered.
    pub async fn add_client(&self, name: String, ceiling: Ceiling) -> Result<Credential, RegisterError> {
        let credential = credential(&name, CLIENT_SECRET)?;
        let hash = self.key.hash(CLIENT, &credential.id, &credential.secret);
        let row = ClientRow {
            client_id: credential.id.clone(),
            name,
            hash,
            ceiling: ceiling.to_json(),
        };
        let now = self.clock.now().seconds();
        let add = self
            .store
            .write(move |connection| rows::add_client(connection, &row, now));
        if !add.await? {
            return Err(RegisterError::Taken);
        }
        let client_id = credential.id.clone();
        let client = Client {
            client_id,
            ceiling,
            hash,
        };
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        clients.insert(credential.id.clone(), Arc::new(client));
        Ok(credential)
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
        let add = self
            .store
            .write(move |connection| rows::add_edge(connection, &kept, now));
        if !add.await? {
            return Err(RegisterError::Taken);
        }
        let (id, edge) = edge(row);
        let mut edges = self.edges.write().unwrap_or_else(PoisonError::into_inner);
        edges.insert(id, edge);
        Ok(credential)
    }
}

/// An id that begins with `name`, for people, and is never used again, for writs and logs that outlive the name.
fn credential(name: &str, prefix: &str) -> Result<Credential, NoRandomness> {
    Ok(Credential {
        id: format!("{name}-{}", id::hex(&id::random::<6>()?)),
        secret: id::secret(prefix)?,
    })
}

fn client(row: ClientRow) -> Result<(String, Arc<Client>), LoadError> {
    let ceiling = reading::json(row.ceiling.as_bytes(), CEILING_VALUES, Ceiling::read);
    let client = Client {
        client_id: row.client_id.clone(),
        ceiling: ceiling.map_err(|_| LoadError::Ceiling(row.client_id.clone()))?,
        hash: row.hash,
    };
    Ok((row.client_id, Arc::new(client)))
}

fn edge(row: EdgeRow) -> (String, Arc<Edge>) {
    let edge = Edge {
        edge_id: row.edge_id.clone(),
        audience: row.audience,
        hash: row.hash,
    };
    (row.edge_id, Arc::new(edge))
}
