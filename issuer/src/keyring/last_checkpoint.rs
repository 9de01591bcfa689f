//! Which checkpoint was the last. That is remembered, so that one that is taken out of the database
//! meanwhile leaves a gap.

use super::KeysError;
use super::key_files::public_half;
use crate::audit::{Checkpoint, CheckpointFault, CheckpointId, CheckpointPlace, Event, EventKind, hash_checkpoint};
use crate::files::DataDirectory;
use crate::keys::{KeyFileError, KeyJob, PINNED_FILE, PinnedKeys};
use crate::store::rows::audit::LastCheckpointRow;
use crate::store::rows::keys::KeyRow;
use crate::store::{RecordEvent, Store};
use serde_json::json;

/// The last checkpoint.
#[derive(Clone, Copy, Debug, Default)]
pub struct LastCheckpoint {
    /// The last event that it covers.
    pub covered: u64,
    /// Name of the checkpoint, if it is numbered.
    pub id: Option<CheckpointId>,
    /// SHA-256 of its signed text.
    text: Option<[u8; 32]>,
    /// One behind it of which it is not known whether it was written.
    pub(super) pending: Option<Pending>,
}

/// A checkpoint that was signed and handed to the writer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    pub(super) covered: u64,
    pub(super) id: CheckpointId,
}

impl From<Pending> for LastCheckpoint {
    fn from(Pending { covered, id }: Pending) -> Self {
        let (text, id) = (Some(id.hash), Some(id));
        Self {
            covered,
            id,
            text,
            pending: None,
        }
    }
}

impl LastCheckpoint {
    /// Reads the last checkpoint of the database. A pinned key must have signed it over what the
    /// chain has there, and the database must name no key for checkpoints that is not pinned in
    /// `directory`.
    ///
    /// The keys of a version that pinned none are pinned now, which the audit says: so the next
    /// checkpoint covers it.
    ///
    /// # Errors
    /// [`KeysError`] if a key is not pinned, or the checkpoint is not valid.
    pub(crate) async fn load(directory: &DataDirectory, store: &dyn Store) -> Result<Self, KeysError> {
        let known = store.keys().await?;
        if known.is_empty() {
            return Ok(Self::default());
        }
        let pinned = match PinnedKeys::read(directory)? {
            Some(pinned) => pinned,
            None if store.restore_state().await?.has_outside_head => {
                return Err(KeyFileError::Missing(directory.path(PINNED_FILE)).into());
            }
            None => pin(directory, store, &known).await?,
        };
        let mut named = known.iter().filter(|row| row.job == KeyJob::Checkpoint);
        if let Some(row) = named.find(|row| pinned.find(&row.kid).is_none()) {
            return Err(KeysError::Unpinned(row.kid.clone()));
        }
        Self::read(store, &pinned).await
    }

    async fn read(store: &dyn Store, keys: &PinnedKeys) -> Result<Self, KeysError> {
        let Some(last) = store.last_checkpoint().await? else {
            return Ok(Self::default());
        };
        let LastCheckpointRow { checkpoint, head } = last;
        let (covered, jws) = (checkpoint.seq, checkpoint.jws);
        let invalid = |fault| KeysError::Checkpoint(covered, fault);
        let checkpoint = Checkpoint::read(&jws, keys).map_err(|error| invalid(CheckpointFault::Invalid(error)))?;
        if head != checkpoint.head {
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
            pending: None,
        })
    }

    /// Number of the checkpoint, 0 if it is not numbered.
    pub(crate) fn number(&self) -> u64 {
        self.id.map_or(0, |id| id.number)
    }

    pub(super) fn next(&self) -> CheckpointPlace {
        CheckpointPlace {
            number: self.number() + 1,
            before: self.text,
        }
    }
}

/// Pins the keys that the database names.
async fn pin(directory: &DataDirectory, store: &dyn Store, known: &[KeyRow]) -> Result<PinnedKeys, KeysError> {
    let named: Vec<_> = known.iter().filter(|row| row.job == KeyJob::Checkpoint).collect();
    let kids: Vec<_> = named.iter().map(|row| &row.kid).collect();
    let event = Event::done(EventKind::CheckpointKeysPinned).data(&json!({"kids": kids}));
    store.record(RecordEvent::new(event)).await?;
    let keys = named.into_iter().map(public_half);
    let pinned = PinnedKeys::of(keys.collect::<Result<Vec<_>, _>>()?);
    pinned.write(directory)?;
    Ok(pinned)
}
