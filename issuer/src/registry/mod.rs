//! Clients and edges: their credentials, ceilings and audiences. Held in memory, written through
//! to the store.

use crate::base::clock::Clock;
use crate::base::from::from;
use crate::base::id;
use crate::base::id::NoRandomness;
use crate::keys::{CredentialKey, Hash};
use crate::store::{RegistryRows, Store, StoreError};
use edgewrit_shared::secret::Secret;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

mod clients;
mod edges;

pub use clients::Client;
pub(crate) use clients::SESSION_TTL;
pub use edges::RegisteredEdge;

pub(crate) use crate::store::rules::clients::OPERATOR;

/// The credential of a client or an edge, which is shown once.
#[derive(Debug)]
pub struct IssuedCredential {
    /// Id of the holder.
    pub id: String,
    /// Secret of the holder.
    pub secret: Secret,
}

/// Why a client or an edge was not registered, or not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegisterError {
    /// The name is taken.
    Taken,
    /// There is no such client, or it was shut out.
    Unknown,
    /// There is no such edge.
    UnknownEdge,
    /// No randomness for a secret.
    Random(NoRandomness),
    /// The store refused.
    Store(StoreError),
}

from!(RegisterError: Random(NoRandomness), Store(StoreError));

/// Why the registry cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The store refused.
    #[error(transparent)]
    Store(StoreError),
    /// A client's ceiling in the database is not readable; which client.
    #[error("the database holds no readable ceiling for `{0}`")]
    Ceiling(String),
}

/// Compared with if no client or edge has the id, so that this takes the same time.
const NO_SECRET: Hash = [0; 32];

/// Every client and edge that is registered.
#[derive(Debug)]
pub struct Registry {
    store: Arc<dyn Store>,
    key: CredentialKey,
    clock: Clock,
    clients: RwLock<HashMap<String, Arc<Client>>>,
    edges: RwLock<HashMap<String, Arc<RegisteredEdge>>>,
    /// Held by each request that changes a client or an edge that exists.
    turn: tokio::sync::Mutex<()>,
}

impl Registry {
    /// Loads all clients and edges from `store`.
    ///
    /// # Errors
    /// [`LoadError`].
    pub async fn load(store: Arc<dyn Store>, key: CredentialKey, clock: Clock) -> Result<Self, LoadError> {
        let rows = store.load_registry().await.map_err(LoadError::Store)?;
        let RegistryRows { clients, edges } = rows;
        let clients: Result<HashMap<_, _>, _> = clients.into_iter().map(clients::client).collect();
        Ok(Self {
            store,
            key,
            clock,
            clients: RwLock::new(clients?),
            edges: RwLock::new(edges.into_iter().map(edges::edge).collect()),
            turn: tokio::sync::Mutex::default(),
        })
    }

    /// The key under which secrets are hashed.
    #[must_use]
    pub const fn key(&self) -> &CredentialKey {
        &self.key
    }
}

/// An id that begins with `name`, for people, and is never used again, for writs and logs that
/// outlive the name.
fn credential(name: &str, prefix: &str) -> Result<IssuedCredential, NoRandomness> {
    Ok(IssuedCredential {
        id: format!("{name}-{}", id::hex(&id::random::<6>()?)),
        secret: id::secret(prefix)?,
    })
}
