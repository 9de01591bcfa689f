//! Changing keys: the next one signs, or one is given up.

use super::key_files::{checkpoint_signers, key_file, make_key};
use super::{Keyring, KeysError, LastCheckpoint, RotateError};
use crate::audit::EventKind;
use crate::keys::{KeyJob, KeyState, PinnedKeys};
use crate::store::rows::keys::KeyRow;
use crate::store::rules::keys::revocation_of_key;
use crate::store::{DropKeyRow, ReplaceKey, StoreError};
use edgewrit_shared::limits::{BUNDLE_CLOCK_SKEW, BUNDLE_FRESH};
use edgewrit_shared::time::UnixSeconds;

/// Seconds for which a key must be known as the next before it signs: by then every edge that
/// decides at all has a bundle with it.
const KNOWN: u64 = BUNDLE_FRESH + BUNDLE_CLOCK_SKEW;

impl Keyring {
    /// Lets the next key for `job` sign. Answers its id. What the one before signed stays valid.
    ///
    /// # Errors
    /// [`RotateError`]; no key has changed.
    pub async fn rotate(&self, job: KeyJob) -> Result<String, RotateError> {
        let mut last = self.turn.lock().await;
        self.settle(&mut last).await?;
        let now = self.clock.now().seconds();
        let key_set = self.key_set();
        let next = key_set.row(job, KeyState::Next).ok_or(KeysError::NoCurrent(job))?;
        let known = next.since.plus(KNOWN);
        if matches!(job, KeyJob::Writ | KeyJob::Bundle) && now < known {
            return Err(RotateError::Early(known));
        }
        let kid = next.kid.clone();
        self.advance(job, KeyState::Retired, EventKind::KeyRotated, now).await?;
        self.close_replaced(&last)?;
        Ok(kid)
    }

    /// Gives up the key `kid`: nothing that it signed is valid from now on. If it signs, the next
    /// one does so now.
    ///
    /// # Errors
    /// [`RotateError`]; no key has changed.
    pub async fn drop_key(&self, kid: &str) -> Result<(), RotateError> {
        let mut last = self.turn.lock().await;
        self.settle(&mut last).await?;
        let key_set = self.key_set();
        let row = key_set
            .rows
            .iter()
            .find(|row| row.kid == kid && row.state != KeyState::Dropped);
        let row = row.cloned().ok_or(RotateError::Unknown)?;
        let now = self.clock.now().seconds();
        match row.state {
            KeyState::Current => {
                self.advance(row.job, KeyState::Dropped, EventKind::KeyDropped, now)
                    .await?
            }
            KeyState::Next | KeyState::Retired | KeyState::Dropped => self.give_up(row, now).await?,
        }
        self.close_replaced(&last)?;
        Ok(self.announce_dropped(kid, now).await?)
    }

    /// Revokes what a dropped key signed, so that edges that wait for news hear of it at once. Only
    /// now: a request that is woken by it must find the changed keys.
    async fn announce_dropped(&self, kid: &str, now: UnixSeconds) -> Result<(), StoreError> {
        self.store.revoke_key(revocation_of_key(kid, now)).await
    }

    /// The next key signs, a new one is next, and the one that signed comes to `state`.
    async fn advance(&self, job: KeyJob, state: KeyState, kind: EventKind, now: UnixSeconds) -> Result<(), KeysError> {
        let key_set = self.key_set();
        let no_current = || KeysError::NoCurrent(job);
        let current = key_set.row(job, KeyState::Current).ok_or_else(no_current)?.clone();
        let next = key_set.row(job, KeyState::Next).ok_or_else(no_current)?.kid.clone();
        let fresh = make_key(&self.directory, job, KeyState::Next, &self.clock)?;
        let old = current.kid.clone();
        let replace = ReplaceKey {
            current,
            state,
            kind,
            next,
            fresh,
            now,
        };
        self.store.replace_key(replace).await?;
        self.reload().await?;
        self.erase(job, &old)
    }

    async fn give_up(&self, row: KeyRow, now: UnixSeconds) -> Result<(), KeysError> {
        let (job, kid, was_next) = (row.job, row.kid.clone(), row.state == KeyState::Next);
        let fresh = was_next
            .then(|| make_key(&self.directory, job, KeyState::Next, &self.clock))
            .transpose()?;
        self.store.drop_key(DropKeyRow { row, fresh, now }).await?;
        self.reload().await?;
        self.erase(job, &kid)
    }

    /// A replaced key signs no valid checkpoint from now on: notes with its public half which
    /// checkpoint was its last.
    fn close_replaced(&self, last: &LastCheckpoint) -> Result<(), KeysError> {
        let key_set = self.key_set();
        if let Some(mut pinned) = PinnedKeys::read(&self.directory)? {
            pinned.close(&self.directory, &checkpoint_signers(&key_set.rows), last.number())?;
        }
        Ok(())
    }

    /// Removes the private half of a key that signs nothing any more.
    fn erase(&self, job: KeyJob, kid: &str) -> Result<(), KeysError> {
        Ok(key_file(&self.directory, job, kid).remove()?)
    }
}
