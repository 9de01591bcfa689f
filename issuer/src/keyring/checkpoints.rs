//! Signs checkpoints, each over the one before it.

use super::Keyring;
use super::last_checkpoint::{LastCheckpoint, Pending};
use crate::audit::{Checkpoint, CheckpointId, hash_checkpoint};
use crate::store::StoreError;
use crate::store::rows::audit::CheckpointRow;

impl Keyring {
    /// Signs how far the chain reaches in the name of `issuer`, if it went on since the last
    /// checkpoint. Answers the last checkpoint, which is durable.
    ///
    /// # Errors
    /// [`StoreError`]; there is none.
    pub(crate) async fn sign_checkpoint(&self, issuer: &str) -> Result<Option<CheckpointId>, StoreError> {
        // Not while keys change: the number of a key's last checkpoint is kept with it.
        let mut last = self.turn.lock().await;
        self.settle(&mut last).await?;
        let head = self.store.history_ends().borrow().head;
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
        let jws = checkpoint.sign(&self.key_set().checkpoint);
        let id = CheckpointId {
            number: place.number,
            hash: hash_checkpoint(&jws),
        };
        let covered = head.seq;
        let pending = Pending { covered, id };
        // The caller may give up while this waits for the writer, which writes nevertheless.
        last.pending = Some(pending);
        let checkpoint = CheckpointRow { seq: covered, jws };
        self.store.add_checkpoint(checkpoint).await?;
        *last = pending.into();
        Ok(last.id)
    }

    /// Finds out whether a checkpoint was written of which that is not known.
    pub(super) async fn settle(&self, last: &mut LastCheckpoint) -> Result<(), StoreError> {
        let Some(pending) = last.pending else {
            return Ok(());
        };
        let found = self.store.find_settled_checkpoint(pending.covered).await?;
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

    use crate::audit::{Event, EventKind};
    use crate::base::clock::Clock;
    use crate::data::Data;
    use crate::evidence::history::History;
    use crate::evidence::verify::verify;
    use crate::files::DATABASE;
    use crate::keys::KeyJob;
    use crate::store::{HeldDatabase, RecordEvent};
    use std::time::Duration;
    use tokio::time::timeout;

    const ISSUER: &str = "https://issuer.example";

    async fn record(data: &Data) {
        let event = Event::done(EventKind::AdminAuth);
        data.store.record(RecordEvent::new(event)).await.unwrap();
    }

    /// Signs a checkpoint, and gives up while that waits for the writer.
    async fn give_up(data: &Data) {
        let held = HeldDatabase::hold(&data.directory.file(DATABASE));
        let given_up = timeout(Duration::ZERO, data.keyring.sign_checkpoint(ISSUER)).await;
        assert!(given_up.is_err());
        drop(held);
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
        data.keyring.rotate(KeyJob::Checkpoint).await.unwrap();
        assert_eq!(sign().await, 4);
        data.keep_head().await.unwrap();
        let walked = verify(&History::open(&path).unwrap(), None, Vec::new(), Vec::new(), |_| {});
        assert_eq!(walked.unwrap().checkpoints, 4);
    }
}
