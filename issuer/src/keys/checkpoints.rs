//! Signs checkpoints, each over the one before it. Which one that was is remembered here, so that one that is taken out of the database
//! meanwhile leaves a gap.

use super::ring::public;
use super::{Job, Keyring, KeysError, PINNED_FILE, PinnedKeys};
use crate::audit::{Checkpoint, CheckpointFault, CheckpointId, Event, Kind, Place, hash_checkpoint};
use crate::folder::Folder;
use crate::store::keys::{self as rows, KeyRow};
use crate::store::{self, Store, StoreError, audit};
use serde_json::json;

/// The last checkpoint.
#[derive(Clone, Copy, Debug, Default)]
pub struct LastCheckpoint {
    /// The last event that it covers.
    pub covered: u64,
    /// Its name, if it is numbered.
    pub id: Option<CheckpointId>,
    /// SHA-256 of its signed text.
    text: Option<[u8; 32]>,
}

impl LastCheckpoint {
    /// Reads the last checkpoint of the database. A pinned key must have signed it over what the chain has there, and the database must
    /// name no key for checkpoints that is not pinned in `folder`.
    ///
    /// The keys of a version that pinned none are pinned now, which the audit says: so the next checkpoint covers it.
    ///
    /// # Errors
    /// [`KeysError`] if a key is not pinned, or the checkpoint is not valid.
    pub(crate) async fn load(folder: &Folder, store: &Store) -> Result<Self, KeysError> {
        let known = store.read(rows::all).await?;
        if known.is_empty() {
            return Ok(Self::default());
        }
        let pinned = match PinnedKeys::read(folder)? {
            Some(pinned) => pinned,
            None if store.read(store::has_outside_head).await? => {
                return Err(KeysError::Missing(folder.path(PINNED_FILE)));
            }
            None => pin(folder, store, &known).await?,
        };
        let mut named = known.iter().filter(|row| row.job == Job::Checkpoint);
        if let Some(row) = named.find(|row| pinned.find(&row.kid).is_none()) {
            return Err(KeysError::Unpinned(row.kid.clone()));
        }
        Self::read(store, &pinned).await
    }

    async fn read(store: &Store, keys: &PinnedKeys) -> Result<Self, KeysError> {
        let read = store.read(|reading| {
            let last = audit::last_checkpoint(reading)?;
            let seq = last.as_ref().map_or(0, |(seq, _)| *seq);
            Ok((last, Some(audit::start(reading, seq)?)))
        });
        let (last, head) = read.await?;
        let Some((covered, jws)) = last else {
            return Ok(Self::default());
        };
        let invalid = |fault| KeysError::Checkpoint(covered, fault);
        let checkpoint = Checkpoint::read(&jws, keys).map_err(|error| invalid(CheckpointFault::Invalid(error)))?;
        if head != Some(checkpoint.head) {
            let signed = checkpoint.head;
            return Err(invalid(CheckpointFault::Head { signed }));
        }
        let hash = hash_checkpoint(&jws);
        let id = checkpoint.place.map(|place| CheckpointId {
            number: place.number,
            hash,
        });
        Ok(Self {
            covered,
            id,
            text: Some(hash),
        })
    }

    /// Its number, 0 if it is not numbered.
    pub(crate) fn number(&self) -> u64 {
        self.id.map_or(0, |id| id.number)
    }

    fn next(&self) -> Place {
        Place {
            number: self.number() + 1,
            before: self.text,
        }
    }
}

/// Pins the keys that the database names.
async fn pin(folder: &Folder, store: &Store, known: &[KeyRow]) -> Result<PinnedKeys, KeysError> {
    let named: Vec<_> = known.iter().filter(|row| row.job == Job::Checkpoint).collect();
    let kids: Vec<_> = named.iter().map(|row| &row.kid).collect();
    let event = Event::done(Kind::CheckpointKeysPinned).data(&json!({"kids": kids}));
    store.write(move |writing| writing.record(&event)).await?;
    let keys = named.into_iter().map(public);
    let pinned = PinnedKeys::of(keys.collect::<Result<Vec<_>, _>>()?);
    pinned.write(folder)?;
    Ok(pinned)
}

impl Keyring {
    /// Signs how far the chain reaches in the name of `issuer`, if it went on since the last checkpoint. Answers the last checkpoint, which
    /// is durable.
    ///
    /// # Errors
    /// [`StoreError`]; there is none.
    pub(crate) async fn sign_checkpoint(&self, issuer: &str) -> Result<Option<CheckpointId>, StoreError> {
        // Not while keys change: the number of a key's last checkpoint is kept with it.
        let mut last = self.turn.lock().await;
        let head = self.store.reached().borrow().head;
        if head.seq <= last.covered {
            return Ok(last.id);
        }
        let place = last.next();
        let checkpoint = Checkpoint {
            iss: issuer.to_owned(),
            epoch: self.store.epoch().to_owned(),
            head,
            at: self.clock.now().seconds(),
            place: Some(place),
        };
        let jws = checkpoint.sign(&self.ring().checkpoint);
        let hash = hash_checkpoint(&jws);
        let add = self
            .store
            .write(move |writing| audit::add_checkpoint(writing, head.seq, &jws));
        add.await?;
        let id = CheckpointId {
            number: place.number,
            hash,
        };
        *last = LastCheckpoint {
            covered: head.seq,
            id: Some(id),
            text: Some(hash),
        };
        Ok(last.id)
    }

    /// The last checkpoint, if it is numbered.
    pub(crate) async fn last_checkpoint(&self) -> Option<CheckpointId> {
        self.turn.lock().await.id
    }
}
