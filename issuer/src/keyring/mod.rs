//! The keys that the issuer signs with, as a service over the store. For each job there is a key
//! that signs, one that will, known to others already, and those that did. Private halves are
//! files; the state of each key is in the database.

use crate::base::clock::Clock;
use crate::files::DataDirectory;
use crate::keys::{CredentialKey, KeyJob, KeyState, PinnedKeys, Start};
use crate::store::Store;
use crate::store::rows::keys::KeyRow;
use key_files::{checkpoint_signers, make_key};
use key_set::load_key_set;
use std::sync::{Arc, PoisonError, RwLock};

mod checkpoints;
mod error;
mod key_files;
mod key_set;
mod last_checkpoint;
mod renew;
mod rotate;

pub use error::{KeysError, RotateError};
pub use key_set::SigningKeySet;
pub use last_checkpoint::LastCheckpoint;
pub(crate) use renew::{RestoreEvents, renew_all};

/// Holds the keys, and changes them.
#[derive(Debug)]
pub struct Keyring {
    directory: DataDirectory,
    store: Arc<dyn Store>,
    clock: Clock,
    key_set: RwLock<Arc<SigningKeySet>>,
    /// Held by each task that changes keys, or signs a checkpoint.
    turn: tokio::sync::Mutex<LastCheckpoint>,
}

impl Keyring {
    /// The keys of `directory`, in the states that `store` says, and `last` as the checkpoint that
    /// the next one covers. A new store gets new keys.
    ///
    /// # Errors
    /// [`KeysError`], with the file that is at fault.
    pub async fn open(
        directory: DataDirectory,
        store: Arc<dyn Store>,
        clock: Clock,
        last: LastCheckpoint,
    ) -> Result<(Self, CredentialKey), KeysError> {
        let mut known = store.keys().await?;
        let start = if known.is_empty() { Start::First } else { Start::Later };
        let credential = CredentialKey::open(&directory.file("keys/credential.json"), start)?;
        if start == Start::First {
            known = make_first_keys(&directory, &*store, &clock).await?;
        }
        let key_set = load_key_set(&directory, known, 0)?;
        // A process that was killed while keys changed may not have got to it.
        if let Some(mut pinned) = PinnedKeys::read(&directory)? {
            pinned.close(&directory, &checkpoint_signers(&key_set.rows), last.number())?;
        }
        let keyring = Self {
            directory,
            store,
            clock,
            key_set: RwLock::new(Arc::new(key_set)),
            turn: tokio::sync::Mutex::new(last),
        };
        Ok((keyring, credential))
    }

    /// The keys of this moment.
    #[must_use]
    pub fn key_set(&self) -> Arc<SigningKeySet> {
        Arc::clone(&self.key_set.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Forgets what the store has forgotten.
    ///
    /// # Errors
    /// [`KeysError`]; the keys are what they were.
    pub async fn refresh(&self) -> Result<(), KeysError> {
        let _turn = self.turn.lock().await;
        if self.store.keys().await? != self.key_set().rows {
            self.reload().await?;
        }
        Ok(())
    }

    /// Reads the keys again after they were changed in `directory` and `store`.
    async fn reload(&self) -> Result<Arc<SigningKeySet>, KeysError> {
        let known = self.store.keys().await?;
        let key_set = Arc::new(load_key_set(&self.directory, known, self.key_set().version + 1)?);
        *self.key_set.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&key_set);
        Ok(key_set)
    }
}

/// Makes a key that signs and a next one for every job.
async fn make_first_keys(
    directory: &DataDirectory,
    store: &dyn Store,
    clock: &Clock,
) -> Result<Vec<KeyRow>, KeysError> {
    let mut made = Vec::new();
    for job in KeyJob::ALL {
        for state in [KeyState::Current, KeyState::Next] {
            made.push(make_key(directory, *job, state, clock)?);
        }
    }
    Ok(store.add_first_keys(made).await?)
}
