//! The keys in use, as one value that is swapped whole.

use super::{CredentialKey, Job, KeysError, LastCheckpoint, PinnedKeys, SigningKey, Start, State};
use crate::clock::Clock;
use crate::files::OwnFile;
use crate::folder::Folder;
use crate::signer::{LocalSigner, Signer};
use crate::store::Store;
use crate::store::keys::{self as rows, KeyRow};
use edgewrit_shared::keys::PublicKey;
use std::sync::{Arc, PoisonError, RwLock};

/// The keys as they stand at one moment.
#[derive(Debug)]
pub struct Ring {
    /// Counts the changes, so that what depends on keys can be told from what depended on others.
    pub version: u64,
    /// Every key that is known, without private halves.
    pub rows: Vec<KeyRow>,
    /// Their public halves, in the same order: reading one costs as much as a signature.
    public: Vec<PublicKey>,
    /// Signs writs.
    pub writ: Box<dyn Signer>,
    /// Signs bundles.
    pub bundle: SigningKey,
    /// Signs checkpoints of the audit chain.
    pub checkpoint: SigningKey,
    /// Signs delegation records.
    pub delegation: SigningKey,
    /// Signs sessions.
    pub session: SigningKey,
}

impl Ring {
    /// The public halves for a job of keys in one of `states`.
    pub fn public(&self, job: Job, states: &[State]) -> impl Iterator<Item = &PublicKey> {
        let keys = self.rows.iter().zip(&self.public);
        let chosen = keys.filter(move |(row, _)| row.job == job && states.contains(&row.state));
        chosen.map(|(_, key)| key)
    }

    /// Keys by which writs are verified: those that signed, the one that does, and the one that will.
    #[must_use]
    pub fn verifying(&self) -> Vec<PublicKey> {
        let states = [State::Retired, State::Current, State::Next];
        self.public(Job::Writ, &states).cloned().collect()
    }

    /// The `x` of the keys that edges pin: the one that signs bundles, and the one that will.
    #[must_use]
    pub fn pins(&self) -> Vec<String> {
        let current = self.public(Job::Bundle, &[State::Current]);
        current
            .chain(self.public(Job::Bundle, &[State::Next]))
            .map(PublicKey::x)
            .collect()
    }

    /// Keys by which checkpoints are verified, the newest first, up to `most`.
    #[must_use]
    pub fn checkpoint_keys(&self, most: usize) -> Vec<PublicKey> {
        let states = [State::Retired, State::Current, State::Next];
        let mut keys: Vec<_> = self.public(Job::Checkpoint, &states).cloned().collect();
        keys.reverse();
        keys.truncate(most);
        keys
    }

    /// Ids of keys for writs and bundles that must not be used any more. Edges know no others.
    #[must_use]
    pub fn dropped(&self) -> Vec<String> {
        let concerns_edges = |row: &&KeyRow| matches!(row.job, Job::Writ | Job::Bundle);
        let dropped = self.rows.iter().filter(concerns_edges);
        let dropped = dropped.filter(|row| row.state == State::Dropped);
        dropped.map(|row| row.kid.clone()).collect()
    }

    /// The key for `job` in `state`.
    pub(super) fn row(&self, job: Job, state: State) -> Option<&KeyRow> {
        self.rows.iter().find(|row| row.job == job && row.state == state)
    }
}

pub(super) fn public(row: &KeyRow) -> Result<PublicKey, KeysError> {
    row.public().ok_or(KeysError::NoCurrent(row.job))
}

/// Holds the keys, and changes them.
#[derive(Debug)]
pub struct Keyring {
    pub(super) folder: Folder,
    pub(super) store: Arc<Store>,
    pub(super) clock: Clock,
    ring: RwLock<Arc<Ring>>,
    /// Held by each task that changes keys, or signs a checkpoint.
    pub(super) turn: tokio::sync::Mutex<LastCheckpoint>,
}

impl Keyring {
    /// The keys of `folder`, as `store` says where they stand, and `last` as the checkpoint that the next one covers. A new store gets
    /// new keys.
    ///
    /// # Errors
    /// [`KeysError`], with the file that is at fault.
    pub async fn open(
        folder: Folder,
        store: Arc<Store>,
        clock: Clock,
        last: LastCheckpoint,
    ) -> Result<(Self, CredentialKey), KeysError> {
        let mut known = store.read(rows::all).await?;
        let start = if known.is_empty() { Start::First } else { Start::Later };
        let credential = CredentialKey::open(&folder.file("keys/credential.json"), start)?;
        if start == Start::First {
            known = first(&folder, &store, &clock).await?;
        }
        let ring = load(&folder, known, 0)?;
        // A process that was killed while keys changed may not have got to it.
        if let Some(mut pinned) = PinnedKeys::read(&folder)? {
            pinned.close(&folder, &signing(&ring.rows), last.number())?;
        }
        let keyring = Self {
            folder,
            store,
            clock,
            ring: RwLock::new(Arc::new(ring)),
            turn: tokio::sync::Mutex::new(last),
        };
        Ok((keyring, credential))
    }

    /// The keys as they stand now.
    #[must_use]
    pub fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Forgets what the store has forgotten.
    ///
    /// # Errors
    /// [`KeysError`]; the keys are what they were.
    pub async fn refresh(&self) -> Result<(), KeysError> {
        let _turn = self.turn.lock().await;
        if self.store.read(rows::all).await? != self.ring().rows {
            self.reload().await?;
        }
        Ok(())
    }

    /// Reads the keys again after they were changed in `folder` and `store`.
    pub(super) async fn reload(&self) -> Result<Arc<Ring>, KeysError> {
        let known = self.store.read(rows::all).await?;
        let ring = Arc::new(load(&self.folder, known, self.ring().version + 1)?);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&ring);
        Ok(ring)
    }
}

/// Makes a key that signs and a next one for every job.
async fn first(folder: &Folder, store: &Store, clock: &Clock) -> Result<Vec<KeyRow>, KeysError> {
    let mut made = Vec::new();
    for job in Job::ALL {
        for state in [State::Current, State::Next] {
            made.push(make(folder, *job, state, clock)?);
        }
    }
    let add = store.write(move |writing| {
        made.iter().try_for_each(|row| rows::add(writing, row))?;
        rows::all(writing)
    });
    Ok(add.await?)
}

/// The ids of the keys that sign checkpoints, and will.
pub(super) fn signing(rows: &[KeyRow]) -> Vec<&str> {
    let signing = rows
        .iter()
        .filter(|row| row.job == Job::Checkpoint && row.state.signs());
    signing.map(|row| row.kid.as_str()).collect()
}

/// Makes a key and its file, which nothing refers to yet. One for checkpoints is pinned before anything can.
pub(super) fn make(folder: &Folder, job: Job, state: State, clock: &Clock) -> Result<KeyRow, KeysError> {
    let key = SigningKey::fresh()?;
    key.keep(&file(folder, job, key.public().kid()))?;
    if job == Job::Checkpoint {
        PinnedKeys::add(folder, key.public())?;
    }
    Ok(KeyRow {
        kid: key.public().kid().to_owned(),
        job,
        state,
        jwk: key.public().to_jwk(),
        since: clock.now().seconds(),
    })
}

/// Where the private half of a key is kept.
pub(super) fn file(folder: &Folder, job: Job, kid: &str) -> OwnFile {
    folder.file(&format!("keys/{}-{kid}.json", job.as_str()))
}

fn load(folder: &Folder, rows: Vec<KeyRow>, version: u64) -> Result<Ring, KeysError> {
    let current = |job: Job| {
        let row = rows.iter().find(|row| row.job == job && row.state == State::Current);
        let row = row.ok_or(KeysError::NoCurrent(job))?;
        SigningKey::open(&file(folder, job, &row.kid))
    };
    // Opened so that one that is damaged or gone shows now, and not when it is needed.
    for row in rows.iter().filter(|row| row.state == State::Next) {
        SigningKey::open(&file(folder, row.job, &row.kid))?;
    }
    Ok(Ring {
        version,
        public: rows.iter().map(public).collect::<Result<_, _>>()?,
        writ: Box::new(LocalSigner::new(&current(Job::Writ)?)),
        bundle: current(Job::Bundle)?,
        checkpoint: current(Job::Checkpoint)?,
        delegation: current(Job::Delegation)?,
        session: current(Job::Session)?,
        rows,
    })
}
