//! The keys in use, as one value that is swapped whole.

use super::KeysError;
use super::key_files::{key_file, public_half};
use crate::files::DataDirectory;
use crate::keys::{KeyJob, KeyState, LocalSigner, Signer, SigningKey};
use crate::store::rows::keys::KeyRow;
use edgewrit_shared::jose::keys::PublicKey;

/// The keys of one moment.
#[derive(Debug)]
pub struct SigningKeySet {
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

impl SigningKeySet {
    /// The public halves for a job of keys in one of `states`.
    pub fn public(&self, job: KeyJob, states: &[KeyState]) -> impl Iterator<Item = &PublicKey> {
        let keys = self.rows.iter().zip(&self.public);
        let chosen = keys.filter(move |(row, _)| row.job == job && states.contains(&row.state));
        chosen.map(|(_, key)| key)
    }

    /// Keys by which writs are verified: those that signed, the one that does, and the one that
    /// will.
    #[must_use]
    pub fn verifying(&self) -> Vec<PublicKey> {
        let states = [KeyState::Retired, KeyState::Current, KeyState::Next];
        self.public(KeyJob::Writ, &states).cloned().collect()
    }

    /// The `x` of the keys that edges pin: the one that signs bundles, and the one that will.
    #[must_use]
    pub fn pins(&self) -> Vec<String> {
        let current = self.public(KeyJob::Bundle, &[KeyState::Current]);
        current
            .chain(self.public(KeyJob::Bundle, &[KeyState::Next]))
            .map(PublicKey::x)
            .collect()
    }

    /// Keys by which checkpoints are verified, the newest first, up to `most`.
    #[must_use]
    pub fn checkpoint_keys(&self, most: usize) -> Vec<PublicKey> {
        let states = [KeyState::Retired, KeyState::Current, KeyState::Next];
        let mut keys: Vec<_> = self.public(KeyJob::Checkpoint, &states).cloned().collect();
        keys.reverse();
        keys.truncate(most);
        keys
    }

    /// Ids of keys for writs and bundles that must not be used any more. Edges know no others.
    #[must_use]
    pub fn dropped(&self) -> Vec<String> {
        let concerns_edges = |row: &&KeyRow| matches!(row.job, KeyJob::Writ | KeyJob::Bundle);
        let dropped = self.rows.iter().filter(concerns_edges);
        let dropped = dropped.filter(|row| row.state == KeyState::Dropped);
        dropped.map(|row| row.kid.clone()).collect()
    }

    /// The key for `job` in `state`.
    pub(super) fn row(&self, job: KeyJob, state: KeyState) -> Option<&KeyRow> {
        self.rows.iter().find(|row| row.job == job && row.state == state)
    }
}

/// The keys that `rows` say, opened.
pub(super) fn load_key_set(
    directory: &DataDirectory,
    rows: Vec<KeyRow>,
    version: u64,
) -> Result<SigningKeySet, KeysError> {
    let current = |job: KeyJob| -> Result<SigningKey, KeysError> {
        let row = rows.iter().find(|row| row.job == job && row.state == KeyState::Current);
        let row = row.ok_or(KeysError::NoCurrent(job))?;
        Ok(SigningKey::open(&key_file(directory, job, &row.kid))?)
    };
    // Opened so that one that is damaged or gone shows now, and not when it is needed.
    for row in rows.iter().filter(|row| row.state == KeyState::Next) {
        SigningKey::open(&key_file(directory, row.job, &row.kid))?;
    }
    Ok(SigningKeySet {
        version,
        public: rows.iter().map(public_half).collect::<Result<_, _>>()?,
        writ: Box::new(LocalSigner::new(&current(KeyJob::Writ)?)),
        bundle: current(KeyJob::Bundle)?,
        checkpoint: current(KeyJob::Checkpoint)?,
        delegation: current(KeyJob::Delegation)?,
        session: current(KeyJob::Session)?,
        rows,
    })
}
