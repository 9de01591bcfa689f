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
    /// One behind it of which it is not known whether it was written.
    pending: Option<Pending>,
}

/// A checkpoint that was signed and handed to the writer.
#[derive(Clone, Copy, Debug)]
struct Pending {
    covered: u64,
    id: CheckpointId,
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
            pending: None,
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
        self.settle(&mut last).await?;
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
        let id = CheckpointId {
            number: place.number,
            hash: hash_checkpoint(&jws),
        };
        let covered = head.seq;
        let pending = Pending { covered, id };
        // Who asked may give up while this waits for the writer, which does it nevertheless.
        last.pending = Some(pending);
        let add = self
            .store
            .write(move |writing| audit::add_checkpoint(writing, covered, &jws));
        add.await?;
        *last = pending.into();
        Ok(last.id)
    }

    /// Finds out whether a checkpoint was written of which that is not known. The writer is asked, which has done by then what was queued.
    pub(super) async fn settle(&self, last: &mut LastCheckpoint) -> Result<(), StoreError> {
        let Some(pending) = last.pending else {
            return Ok(());
        };
        let find = self
            .store
            .write(move |writing| audit::checkpoint_at(writing, pending.covered));
        let found = find.await?;
        if found.is_some_and(|jws| hash_checkpoint(&jws) == pending.id.hash) {
            *last = pending.into();
        }
        last.pending = None;
        Ok(())
    }

    /// The last checkpoint, if it is numbered.
    pub(crate) async fn last_checkpoint(&self) -> Option<CheckpointId> {
        self.turn.lock().await.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::history::History;
    use crate::issuer::Data;
    use crate::verify::verify;
    use std::sync::Mutex;
    use std::sync::mpsc::{Sender, channel};
    use std::time::Duration;
    use tokio::task::{JoinHandle, spawn, yield_now};
    use tokio::time::timeout;

    const ISSUER: &str = "https://issuer.example";

    async fn record(data: &Data) {
        let event = Event::done(Kind::AdminAuth);
        let record = data.store.write(move |writing| writing.record(&event));
        record.await.unwrap();
    }

    /// Lets the writer wait until the answer is used or dropped.
    async fn hold(data: &Data) -> (Sender<()>, JoinHandle<()>) {
        let (release, held) = channel::<()>();
        let held = Mutex::new(held);
        let store = std::sync::Arc::clone(&data.store);
        let held = spawn(async move {
            let wait = store.write(move |_| Ok(held.lock().unwrap().recv().is_ok()));
            wait.await.unwrap();
        });
        yield_now().await;
        (release, held)
    }

    /// Signs a checkpoint, and gives up while that waits for the writer.
    async fn give_up(data: &Data) {
        let (release, held) = hold(data).await;
        let given_up = timeout(Duration::ZERO, data.keyring.sign_checkpoint(ISSUER)).await;
        assert!(given_up.is_err());
        drop(release);
        held.await.unwrap();
    }

    #[tokio::test]
    async fn a_checkpoint_whose_signing_was_given_up_is_not_signed_twice() {
        let beside = tempfile::tempdir().unwrap();
        let path = beside.path().join("data");
        let data = Data::open(&path, Clock::system()).await.unwrap();
        let sign = async || {
            record(&data).await;
            data.keyring.sign_checkpoint(ISSUER).await.unwrap().unwrap().number
        };
        record(&data).await;
        give_up(&data).await;
        assert_eq!(sign().await, 2);
        record(&data).await;
        give_up(&data).await;
        // The key that signed it is replaced, and was its signer nevertheless.
        data.keyring.rotate(Job::Checkpoint).await.unwrap();
        assert_eq!(sign().await, 4);
        data.keep_head().await.unwrap();
        let walked = verify(&History::open(&path).unwrap(), None, Vec::new(), Vec::new(), |_| {});
        assert_eq!(walked.unwrap().checkpoints, 4);
    }
}
