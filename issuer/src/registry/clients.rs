//! Clients: registered, changed, shut out.

use super::{IssuedCredential, LoadError, NO_SECRET, RegisterError, Registry, credential};
use crate::audit::{Event, EventKind};
use crate::base::{id, json_document};
use crate::policy::ceiling::{CEILING_VALUES, Ceiling};
use crate::store::rows::registry::ClientRow;
use crate::store::rows::revocation::Living;
use crate::store::{AddClient, AddOutcome, PutClient};
use edgewrit_shared::bundle::revocation::{Level, Target};
use edgewrit_shared::limits::WRIT_TTL_MAX;
use edgewrit_shared::secret::Secret;
use edgewrit_shared::time::UnixSeconds;
use serde_json::json;
use std::sync::{Arc, PoisonError};
use subtle::ConstantTimeEq as _;

/// A registered orchestrator.
#[derive(Debug)]
pub struct Client {
    /// Id of the client.
    pub client_id: String,
    /// Ceiling of the client.
    pub ceiling: Ceiling,
    /// Row in the store.
    row: ClientRow,
}

impl Client {
    /// Name of the client.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.row.name
    }

    /// Life of its sessions, in seconds.
    #[must_use]
    pub const fn session_ttl(&self) -> u64 {
        self.row.session_ttl
    }

    /// Time at which the client was registered.
    #[must_use]
    pub const fn created(&self) -> UnixSeconds {
        self.row.created
    }

    /// Time at which the ceiling of the client was last replaced.
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

/// Life of a session, in seconds, unless a client has another.
pub(crate) const SESSION_TTL: u64 = 300;
/// The role in the hash of a client's secret.
const CLIENT: &str = "client";
/// The prefix by which scanners for leaked secrets recognise a client's secret.
const CLIENT_SECRET: &str = "ewcs_";

impl Registry {
    /// The client that `id` and `secret` identify. Takes the same time whether there is one or not.
    #[must_use]
    pub fn authenticate_client(&self, id: &str, secret: &Secret) -> Option<Arc<Client>> {
        let found = self.client(id);
        let now = self.clock.now().seconds();
        let row = found.as_ref().map(|client| &client.row);
        let before = row.and_then(|row| row.before).filter(|(_, until)| now < *until);
        let shown = self.key.hash(CLIENT, id, secret);
        let same = shown.ct_eq(row.map_or(&NO_SECRET, |row| &row.hash));
        let same_as_before = shown.ct_eq(&before.map_or(NO_SECRET, |(hash, _)| hash));
        found.filter(|_| (same | same_as_before).into())
    }

    /// The client with this id, unless it was shut out.
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

    /// The number of clients that are not shut out.
    #[must_use]
    pub fn active_clients(&self) -> usize {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        clients.values().filter(|client| client.is_active()).count()
    }

    /// Registers a client; its sessions live for `session_life` seconds.
    ///
    /// # Errors
    /// [`RegisterError`]; no client was registered.
    pub async fn add_client(
        &self,
        name: String,
        ceiling: Ceiling,
        session_ttl: Option<u64>,
    ) -> Result<IssuedCredential, RegisterError> {
        let credential = credential(&name, CLIENT_SECRET)?;
        let now = self.clock.now().seconds();
        let row = ClientRow {
            client_id: credential.id.clone(),
            name,
            hash: self.key.hash(CLIENT, &credential.id, &credential.secret),
            before: None,
            ceiling: ceiling.to_json(),
            session_ttl: session_ttl.unwrap_or(SESSION_TTL),
            created: now,
            updated: now,
            ended: None,
        };
        let event = Event::done(EventKind::AppRegistered).client(&row.client_id);
        let add = AddClient {
            event: event.text(of_ceiling(&row)),
            row: row.clone(),
        };
        if self.store.add_client(add).await? == AddOutcome::Taken {
            return Err(RegisterError::Taken);
        }
        self.hold(row, ceiling);
        Ok(credential)
    }

    /// Replaces the ceiling of a client, and the lifetime of its sessions.
    ///
    /// # Errors
    /// [`RegisterError`]; nothing has changed.
    pub async fn update_client(
        &self,
        id: &str,
        ceiling: Option<Ceiling>,
        session_ttl: Option<u64>,
    ) -> Result<Arc<Client>, RegisterError> {
        let _turn = self.turn.lock().await;
        let client = self.client(id).ok_or(RegisterError::Unknown)?;
        let ceiling = ceiling.unwrap_or_else(|| client.ceiling.clone());
        let mut row = client.row.clone();
        row.ceiling = ceiling.to_json();
        row.session_ttl = session_ttl.unwrap_or(row.session_ttl);
        row.updated = self.clock.now().seconds();
        let event = Event::done(EventKind::AppUpdated).client(id).text(of_ceiling(&row));
        let put = PutClient {
            row: row.clone(),
            ends: None,
            event,
        };
        self.store.put_client(put).await?;
        Ok(self.hold(row, ceiling))
    }

    /// Gives a client another secret; the one that it has is valid for `overlap` more seconds.
    ///
    /// # Errors
    /// [`RegisterError`]; nothing has changed.
    pub async fn rotate_secret(&self, id: &str, overlap: u64) -> Result<IssuedCredential, RegisterError> {
        let _turn = self.turn.lock().await;
        let client = self.client(id).ok_or(RegisterError::Unknown)?;
        let secret = id::secret(CLIENT_SECRET)?;
        let until = self.clock.now().seconds().plus(overlap);
        let mut row = client.row.clone();
        row.before = (overlap > 0).then_some((row.hash, until));
        row.hash = self.key.hash(CLIENT, id, &secret);
        let event = Event::done(EventKind::ClientSecretRotated).client(id);
        let event = event.data(&json!({"overlap": overlap}));
        let put = PutClient {
            row: row.clone(),
            ends: None,
            event,
        };
        self.store.put_client(put).await?;
        self.hold(row, client.ceiling.clone());
        let id = id.to_owned();
        Ok(IssuedCredential { id, secret })
    }

    /// Shuts a client out: its sessions, its launch tokens, its agents and all their writs end now.
    /// Answers when that was, which may have been before.
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
            expires: now.plus(WRIT_TTL_MAX),
        };
        let event = Event::done(EventKind::AppDeregistered).client(id);
        let put = PutClient {
            row: row.clone(),
            ends: Some(living),
            event,
        };
        self.store.put_client(put).await?;
        self.hold(row, client.ceiling.clone());
        Ok(now)
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
}

/// The data of an event about a client's ceiling.
fn of_ceiling(row: &ClientRow) -> String {
    format!(r#"{{"name":"{}","ceiling":{}}}"#, row.name, row.ceiling)
}

pub(super) fn client(row: ClientRow) -> Result<(String, Arc<Client>), LoadError> {
    let ceiling = json_document::json(row.ceiling.as_bytes(), CEILING_VALUES, Ceiling::read);
    let client = Client {
        client_id: row.client_id.clone(),
        ceiling: ceiling.map_err(|_| LoadError::Ceiling(row.client_id.clone()))?,
        row,
    };
    Ok((client.client_id.clone(), Arc::new(client)))
}
