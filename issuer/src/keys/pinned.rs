//! The public halves of all keys that sign or signed checkpoints, in a file of the key folder. An
//! attacker that writes the database alone cannot add one, and so cannot sign a checkpoint that is
//! accepted.

use super::KeyFileError;
use crate::files::DataDirectory;
use edgewrit_shared::jose::keys::PublicKey;
use serde::{Deserialize, Serialize};

/// The file, below the data directory.
pub const PINNED_FILE: &str = "keys/pinned.json";

/// A key that may sign checkpoints.
#[derive(Clone, Debug)]
pub struct PinnedKey {
    /// Public half of the key.
    pub key: PublicKey,
    /// The number of the last checkpoint that it may have signed; `None` if it has not been
    /// replaced.
    pub last: Option<u64>,
}

/// The keys whose checkpoints are accepted.
#[derive(Clone, Debug, Default)]
pub struct PinnedKeys(Vec<PinnedKey>);

/// The file's content.
#[derive(Deserialize, Serialize)]
struct PinnedDocument {
    checkpoint_keys: Vec<PinnedEntry>,
}

#[derive(Deserialize, Serialize)]
struct PinnedEntry {
    kid: String,
    x: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<u64>,
}

impl PinnedKeys {
    /// Accepts `keys`, without a limit to what they may have signed.
    pub fn of(keys: impl IntoIterator<Item = PublicKey>) -> Self {
        Self(keys.into_iter().map(|key| PinnedKey { key, last: None }).collect())
    }

    /// Reads the file of the data `directory`. `None` if there is none.
    ///
    /// # Errors
    /// [`KeyFileError`] if the file cannot be used.
    pub fn read(directory: &DataDirectory) -> Result<Option<Self>, KeyFileError> {
        let file = directory.file(PINNED_FILE);
        let Some(bytes) = file.read()? else {
            return Ok(None);
        };
        let read = serde_json::from_slice::<PinnedDocument>(&bytes).ok();
        let keys = read.and_then(|document| document.checkpoint_keys.into_iter().map(PinnedEntry::read).collect());
        let expected = "expected `checkpoint_keys`, a list of `{kid, x, last?}`";
        keys.map(|keys| Some(Self(keys)))
            .ok_or_else(|| KeyFileError::Malformed(file.path().to_owned(), expected))
    }

    /// Writes the file of the data `directory`.
    pub(crate) fn write(&self, directory: &DataDirectory) -> Result<(), KeyFileError> {
        let checkpoint_keys = self.0.iter().map(PinnedEntry::of).collect();
        let text = serde_json::to_string_pretty(&PinnedDocument { checkpoint_keys }).unwrap_or_default();
        Ok(directory.file(PINNED_FILE).write(text.as_bytes())?)
    }

    /// The key with this id.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&PinnedKey> {
        self.0.iter().find(|pinned| pinned.key.kid() == kid)
    }

    /// Adds a key to the file of the data `directory`, which is made if it is not there. To be done
    /// before anything refers to the key.
    pub(crate) fn add(directory: &DataDirectory, key: &PublicKey) -> Result<(), KeyFileError> {
        let mut pinned = Self::read(directory)?.unwrap_or_default();
        if pinned.find(key.kid()).is_none() {
            let key = key.clone();
            pinned.0.push(PinnedKey { key, last: None });
            pinned.write(directory)?;
        }
        Ok(())
    }

    /// Notes that the keys which are not among `signing` signed no checkpoint after number `last`,
    /// and that those which are may go on.
    pub(crate) fn close(&mut self, directory: &DataDirectory, signing: &[&str], last: u64) -> Result<(), KeyFileError> {
        let mut changed = false;
        for pinned in &mut self.0 {
            let signs = signing.contains(&pinned.key.kid());
            let until = if signs {
                None
            } else {
                Some(pinned.last.map_or(last, |known| known.min(last)))
            };
            changed |= pinned.last != until;
            pinned.last = until;
        }
        if changed { self.write(directory) } else { Ok(()) }
    }
}

impl PinnedEntry {
    fn of(pinned: &PinnedKey) -> Self {
        Self {
            kid: pinned.key.kid().to_owned(),
            x: pinned.key.x(),
            last: pinned.last,
        }
    }

    fn read(self) -> Option<PinnedKey> {
        let key = PublicKey::from_x(&self.x).ok().filter(|key| key.kid() == self.kid)?;
        Some(PinnedKey { key, last: self.last })
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test writes what it wants, where it wants")]
mod tests {
    use super::super::SigningKey;
    use super::*;
    use crate::files::{GroupRead, make_data_directory};

    fn made() -> (tempfile::TempDir, DataDirectory, PublicKey, PublicKey) {
        let beside = tempfile::tempdir().unwrap();
        let directory = make_data_directory(&beside.path().join("data"), GroupRead::Refused).unwrap();
        let key = || SigningKey::fresh().unwrap().public().clone();
        (beside, directory, key(), key())
    }

    #[test]
    fn pinned_keys_are_written_and_read_again_with_their_last_checkpoints() {
        let (_beside, directory, one, other) = made();
        assert!(PinnedKeys::read(&directory).unwrap().is_none());
        for key in [&one, &other, &one] {
            PinnedKeys::add(&directory, key).unwrap();
        }
        let mut pinned = PinnedKeys::read(&directory).unwrap().unwrap();
        assert_eq!(pinned.0.len(), 2);
        pinned.close(&directory, &[other.kid()], 7).unwrap();
        pinned.close(&directory, &[other.kid()], 9).unwrap();
        let pinned = PinnedKeys::read(&directory).unwrap().unwrap();
        let last = |key: &PublicKey| pinned.find(key.kid()).unwrap().last;
        assert_eq!((last(&one), last(&other)), (Some(7), None));
        // One that signs again, after the operator went back to an older database, has no last one.
        pinned.clone().close(&directory, &[one.kid()], 5).unwrap();
        let pinned = PinnedKeys::read(&directory).unwrap().unwrap();
        let last = |key: &PublicKey| pinned.find(key.kid()).unwrap().last;
        assert_eq!((last(&one), last(&other)), (None, Some(5)));
    }

    #[test]
    fn pinned_keys_of_many_years_are_read() {
        let (_beside, directory, ..) = made();
        let keys = (0..1_000).map(|_| SigningKey::fresh().unwrap().public().clone());
        let mut pinned = PinnedKeys::of(keys);
        pinned.close(&directory, &[], 1_000_000).unwrap();
        assert_eq!(PinnedKeys::read(&directory).unwrap().unwrap().0.len(), 1_000);
    }

    #[test]
    fn a_file_of_pinned_keys_that_was_damaged_is_an_error() {
        let (_beside, directory, one, other) = made();
        PinnedKeys::add(&directory, &one).unwrap();
        let path = directory.path(PINNED_FILE);
        let whole = std::fs::read_to_string(&path).unwrap();
        for damaged in [
            String::new(),
            "{}".to_owned(),
            whole.replace(&one.x(), &other.x()),
            whole.replace("\"x\": \"", "\"x\": \"AAAA"),
        ] {
            std::fs::write(&path, &damaged).unwrap();
            let read = PinnedKeys::read(&directory);
            assert!(matches!(read, Err(KeyFileError::Malformed(..))), "{damaged}");
        }
    }
}
