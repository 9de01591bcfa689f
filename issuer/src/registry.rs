//! Clients and edges: who they are and what they may do. Held in memory, written through to the store.

use crate::audit::{Event, Kind};
use crate::ceiling::{CEILING_VALUES, Ceiling};
use crate::clock::Clock;
use crate::id::{self, NoRandomness};
use crate::keys::{CredentialKey, Hash};
use crate::reading;
use crate::session::SESSION_LIFE;
use crate::store::registry::{self as rows, ClientRow, EdgeRow};
use crate::store::revocation::{self, By, Living};
use crate::store::{Store, StoreError};
use edgewrit_shared::limits::WRIT_LIFE_MAX;
use edgewrit_shared::revocation::{Level, Target};
use edgewrit_shared::secret::Secret;
use edgewrit_shared::time::UnixSeconds;
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::{error, fmt};
use subtle::{Choice, ConstantTimeEq as _};

/// A registered orchestrator.
#[derive(Debug)]
pub struct Client {
    /// Its id.
    pub client_id: String,
    /// What it may ask for.
    pub ceiling: Ceiling,
    /// As it is kept.
    row: ClientRow,
}

impl Client {
    /// What the operator calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.row.name
    }

    /// Life of its sessions, in seconds.
    #[must_use]
    pub const fn session_life(&self) -> u64 {
        self.row.session_life
    }

    /// When it was registered.
    #[must_use]
    pub const fn created(&self) -> UnixSeconds {
        self.row.created
    }

    /// When its ceiling was last replaced.
    #[must_use]
    pub const fn updated(&self) -> UnixSeconds {
        self.row.updated
    }

    /// Whether it was not shut out.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.row.ended.is_none()
    }
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

/// Why somebody was not registered, or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegisterError {
    /// The name is taken.
    Taken,
    /// There is no such client, or it was shut out.
    Unknown,
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
    /// Held by whoever changes a client that exists.
    turn: tokio::sync::Mutex<()>,
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
            turn: tokio::sync::Mutex::default(),
        })
    }

    /// The key under which secrets are hashed.
    #[must_use]
    pub const fn key(&self) -> &CredentialKey {
        &self.key
    }

    /// The client that `id` and `secret` identify. Takes the same time whether there is one or not.
    #[must_use]
    pub fn authenticate_client(&self, id: &str, secret: &Secret) -> Option<Arc<Client>> {
        let found = self.client(id);
        let now = self.clock.now().seconds();
        let row = found.as_ref().map(|client| &client.row);
        let before = row.and_then(|row| row.before).filter(|(_, until)| now < *until);
        let shown = self.key.hash(CLIENT, id, secret);
        let same = shown.ct_eq(row.map_or(&NOBODY, |row| &row.hash));
        let same_as_before = shown.ct_eq(&before.map_or(NOBODY, |(hash, _)| hash));
        found.filter(|_| (same | same_as_before).into())
    }

    /// The edge that `id` and `secret` identify.
    #[must_use]
    pub fn authenticate_edge(&self, id: &str, secret: &Secret) -> Option<Arc<Edge>> {
        let edges = self.edges.read().unwrap_or_else(PoisonError::into_inner);
        let found = edges.get(id).cloned();
        let expected = found.as_ref().map_or(&NOBODY, |edge| &edge.hash);
        let same: Choice = self.key.hash(EDGE, id, secret).ct_eq(expected);
        found.filter(|_| same.into())
    }

    /// The client with this id, whoever asks, unless it was shut out.
    #[must_use]
    pub fn client(&self, id: &str) -> Option<Arc<Client>> {
        self.any_client(id).filter(|client| client.is_active())
    }

    /// The client with this id, even if it was shut out.
    #[must_use]
    pub fn any_client(&self, id: &str) -> Option<Arc<Client>> {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        clients.get(id).cloned()
    }

    /// All clients, in the order in which they were registered.
    #[must_use]
    pub fn clients(&self) -> Vec<Arc<Client>> {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = clients.values().cloned().collect();
        all.sort_by(|one, other| (one.row.created, &one.client_id).cmp(&(other.row.created, &other.client_id)));
        all
    }

    /// How many clients are not shut out.
    #[must_use]
    pub fn active_clients(&self) -> usize {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        clients.values().filter(|client| client.is_active()).count()
    }

    /// Registers a client; its sessions live for `session_life` seconds.
    ///
    /// # Errors
    /// [`RegisterError`]; nobody was registered.
    pub async fn add_client(
        &self,
        name: String,
        ceiling: Ceiling,
        session_life: Option<u64>,
    ) -> Result<Credential, RegisterError> {
        let credential = credential(&name, CLIENT_SECRET)?;
        let now = self.clock.now().seconds();
        let row = ClientRow {
            client_id: credential.id.clone(),
            name,
            hash: self.key.hash(CLIENT, &credential.id, &credential.secret),
            before: None,
            ceiling: ceiling.to_json(),
            session_life: session_life.unwrap_or(SESSION_LIFE),
            created: now,
            updated: now,
            ended: None,
        };
        let kept = row.clone();
        let event = Event::done(Kind::AppRegistered)
            .client(&row.client_id)
            .text(of_ceiling(&row));
        let add = self.store.write(move |writing| {
            let added = rows::add_client(writing, &kept)?;
            if added {
                writing.record(&event)?;
            }
            Ok(added)
        });
        if !add.await? {
            return Err(RegisterError::Taken);
        }
        self.hold(row, ceiling);
        Ok(credential)
    }

    /// Replaces the ceiling of a client, and the life of its sessions.
    ///
    /// # Errors
    /// [`RegisterError`]; nothing has changed.
    pub async fn update_client(
        &self,
        id: &str,
        ceiling: Option<Ceiling>,
        session_life: Option<u64>,
    ) -> Result<Arc<Client>, RegisterError> {
        let _turn = self.turn.lock().await;
        let client = self.client(id).ok_or(RegisterError::Unknown)?;
        let ceiling = ceiling.unwrap_or_else(|| client.ceiling.clone());
        let mut row = client.row.clone();
        row.ceiling = ceiling.to_json();
        row.session_life = session_life.unwrap_or(row.session_life);
        row.updated = self.clock.now().seconds();
        let event = Event::done(Kind::AppUpdated).client(id).text(of_ceiling(&row));
        self.put(row.clone(), event, None).await?;
        Ok(self.hold(row, ceiling))
    }

    /// Gives a client another secret; the one it has counts for `overlap` more seconds.
    ///
    /// # Errors
    /// [`RegisterError`]; nothing has changed.
    pub async fn rotate_secret(&self, id: &str, overlap: u64) -> Result<Credential, RegisterError> {
        let _turn = self.turn.lock().await;
        let client = self.client(id).ok_or(RegisterError::Unknown)?;
        let secret = id::secret(CLIENT_SECRET)?;
        let until = self.clock.now().seconds().plus(overlap);
        let mut row = client.row.clone();
        row.before = (overlap > 0).then_some((row.hash, until));
        row.hash = self.key.hash(CLIENT, id, &secret);
        let event = Event::done(Kind::ClientSecretRotated).client(id);
        let event = event.data(&json!({"overlap": overlap}));
        self.put(row.clone(), event, None).await?;
        self.hold(row, client.ceiling.clone());
        let id = id.to_owned();
        Ok(Credential { id, secret })
    }

    /// Shuts a client out: its sessions, its launch tokens, its agents and all their writs end now. Answers when that was, which may
    /// have been before.
    ///
    /// # Errors
    /// [`RegisterError`]; nothing has changed.
    pub async fn end_client(&self, id: &str) -> Result<UnixSeconds, RegisterError> {
        let _turn = self.turn.lock().await;
        let client = self.any_client(id).ok_or(RegisterError::Unknown)?;
        if let Some(ended) = client.row.ended {
            return Ok(ended);
        }
        let now = self.clock.now().seconds();
        let mut row = client.row.clone();
        row.ended = Some(now);
        row.before = None;
        let living = Living {
            target: Target::of(Level::Client(id)),
            born: now,
            expires: now.plus(WRIT_LIFE_MAX),
        };
        let event = Event::done(Kind::AppDeregistered).client(id);
        self.put(row.clone(), event, Some(living)).await?;
        self.hold(row, client.ceiling.clone());
        Ok(now)
    }

    async fn put(&self, row: ClientRow, event: Event, ends: Option<Living>) -> Result<(), StoreError> {
        let put = self.store.write(move |writing| {
            rows::put_client(writing, &row)?;
            ends.iter()
                .try_for_each(|living| revocation::end(writing, *living, By::Operator))?;
            writing.record(&event)
        });
        put.await
    }

    fn hold(&self, row: ClientRow, ceiling: Ceiling) -> Arc<Client> {
        let client = Arc::new(Client {
            client_id: row.client_id.clone(),
            ceiling,
            row,
        });
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        clients.insert(client.client_id.clone(), Arc::clone(&client));
        client
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

/// What an event says of a client's ceiling.
fn of_ceiling(row: &ClientRow) -> String {
    format!(r#"{{"name":"{}","ceiling":{}}}"#, row.name, row.ceiling)
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
        row,
    };
    Ok((client.client_id.clone(), Arc::new(client)))
}

fn edge(row: EdgeRow) -> (String, Arc<Edge>) {
    let edge = Edge {
        edge_id: row.edge_id.clone(),
        audience: row.audience,
        hash: row.hash,
    };
    (row.edge_id, Arc::new(edge))
}
