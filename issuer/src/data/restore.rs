//! The first start from a backup. What was ended, used or replaced after the backup is not in it:
//! so everything that can be ended without asking is void from this start on, and what cannot is
//! listed with the command that replaces it.

use crate::audit::{ChainHead, Event, EventKind};
use crate::base::clock::Clock;
use crate::evidence::outside::Published;
use crate::files::{DATABASE, DataDirectory, FileError, GroupRead};
use crate::keyring::{KeysError, LastCheckpoint, RestoreEvents, renew_all};
use crate::keys::KeyJob;
use crate::store::{Store, StoreError};
use crate::tokens::revoke::revocation_event;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Says, outside of the database, that the database in this folder comes from a backup.
const MARK_FILE: &str = "restored";
/// Clients and edges that one event, and the log, list by name. Of more there is the number.
const LISTED: usize = 1_000;

/// Why a folder cannot be marked as restored.
#[derive(Debug, thiserror::Error)]
pub enum MarkError {
    /// The folder.
    #[error(transparent)]
    Directory(#[from] FileError),
    /// There is no database in it.
    #[error("{}: there is no database", .0.display())]
    Nothing(PathBuf),
}

/// Says that the database in the data directory at `path`, whose `group` may do so much, comes from
/// a backup: the next start does what a first start from one does. Without `write` nothing is
/// changed, and only what could prevent it is found.
///
/// # Errors
/// [`MarkError`]; nothing was changed.
pub fn mark(path: &Path, group: GroupRead, write: bool) -> Result<(), MarkError> {
    let directory = DataDirectory::open_existing(path, group)?;
    if directory.file(DATABASE).look()?.is_none() {
        return Err(MarkError::Nothing(directory.path(DATABASE)));
    }
    let _lock = directory.lock()?;
    if write {
        mark_copy(&directory)?;
    }
    Ok(())
}

/// Marks a copy as one.
pub(crate) fn mark_copy(copy: &DataDirectory) -> Result<(), FileError> {
    copy.file(MARK_FILE).write(b"")
}

/// Whether the folder was marked.
pub(crate) fn is_marked(directory: &DataDirectory) -> Result<bool, FileError> {
    Ok(directory.file(MARK_FILE).look()?.is_some())
}

/// Removes the mark.
pub(crate) fn unmark(directory: &DataDirectory) -> Result<(), FileError> {
    directory.file(MARK_FILE).remove()
}

/// Makes void what a backup cannot know to be ended since: new keys for everything but bundles, no
/// session, no launch token, no writ. `outside` is what was published of the database that this one
/// takes the place of, if that is known.
pub(crate) async fn void_all(
    directory: &DataDirectory,
    store: &dyn Store,
    clock: &Clock,
    last: &LastCheckpoint,
    outside: Option<&Published>,
) -> Result<(), KeysError> {
    let epoch = store.epoch().to_owned();
    let older = Older::read(store).await?;
    let before = store.restore_state().await?.epoch_before;
    let head = store.audit_head().await?;
    let data = restore_event_data(&epoch, before.as_deref(), head, outside, &older);
    let events = RestoreEvents {
        revoked: revocation_event(),
        restored: Event::done(EventKind::DatabaseRestored).data(&data),
    };
    renew_all(directory, store, clock, last, events).await?;
    older.log();
    Ok(())
}

/// The secrets and keys that are as old as the backup, and cannot be replaced without their
/// holders.
struct Older {
    /// Ids and names.
    clients: Vec<(String, String)>,
    edges: Vec<(String, String)>,
    bundle_keys: Vec<String>,
}

impl Older {
    async fn read(store: &dyn Store) -> Result<Self, StoreError> {
        let registered = store.load_registry().await?;
        let clients = registered.clients.into_iter();
        let clients = clients.filter(|client| client.ended.is_none());
        let edges = registered.edges.into_iter();
        let keys = store.keys().await?.into_iter();
        let bundle = keys.filter(|row| row.job == KeyJob::Bundle && row.state.signs());
        Ok(Self {
            clients: clients.map(|client| (client.client_id, client.name)).collect(),
            edges: edges.map(|edge| (edge.edge_id, edge.name)).collect(),
            bundle_keys: bundle.map(|row| row.kid).collect(),
        })
    }

    /// Each with its kind, and the command that replaces it.
    fn commands(&self) -> impl Iterator<Item = (&'static str, &str, String)> {
        let clients = self.clients.iter().take(LISTED);
        let clients = clients.map(|(id, _)| ("client", id.as_str(), format!("edgewrit client rotate {id}")));
        let edges = self.edges.iter().take(LISTED);
        let edges = edges.map(|(id, _)| ("edge", id.as_str(), format!("edgewrit edge rotate {id}")));
        let bundle = self.bundle_keys.iter();
        let bundle = bundle.map(|kid| ("bundle_key", kid.as_str(), "edgewrit keys rotate bundle".to_owned()));
        clients.chain(edges).chain(bundle)
    }

    fn log(&self) {
        for (kind, id, command) in self.commands() {
            tracing::warn!(
                kind,
                id,
                command,
                "as old as the backup: what replaced it since is not known"
            );
        }
        tracing::warn!(
            clients = self.clients.len(),
            edges = self.edges.len(),
            bundle_keys = self.bundle_keys.len(),
            "started from a backup: writs, sessions and launch tokens from before are void, and their keys are new. Secrets, and the \
             ceilings of clients and those that were ended since, are as they were at the backup"
        );
    }
}

/// The data of the event of a first start from a backup.
fn restore_event_data(
    epoch: &str,
    before: Option<&str>,
    head: ChainHead,
    outside: Option<&Published>,
    older: &Older,
) -> Value {
    let listed = older
        .commands()
        .map(|(kind, id, command)| json!({"kind": kind, "id": id, "command": command}));
    let mut epochs: Vec<_> = before
        .into_iter()
        .chain(outside.map(|published| published.epoch.as_str()))
        .collect();
    epochs.dedup();
    json!({
        "epoch": epoch,
        "epochs_before": epochs,
        "backup_head": head.to_string(),
        "published": outside.map(|published| published.head.to_string()),
        "older_than_backup": listed.collect::<Vec<_>>(),
        "clients": older.clients.len(),
        "edges": older.edges.len(),
        "bundle_keys": older.bundle_keys.len(),
    })
}
