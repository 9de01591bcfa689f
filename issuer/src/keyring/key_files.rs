//! The files of keys, and the rows that go with them.

use super::KeysError;
use crate::base::clock::Clock;
use crate::files::{DataDirectory, OwnFile};
use crate::keys::{KeyJob, KeyState, PinnedKeys, SigningKey};
use crate::store::rows::keys::KeyRow;
use edgewrit_shared::jose::keys::PublicKey;

/// The public half of a key that the database names.
pub(super) fn public_half(row: &KeyRow) -> Result<PublicKey, KeysError> {
    row.public().ok_or(KeysError::NoCurrent(row.job))
}

/// The ids of the keys that sign checkpoints, and will.
pub(super) fn checkpoint_signers(rows: &[KeyRow]) -> Vec<&str> {
    let signing = rows
        .iter()
        .filter(|row| row.job == KeyJob::Checkpoint && row.state.signs());
    signing.map(|row| row.kid.as_str()).collect()
}

/// Makes a key and its file, which nothing refers to yet. One for checkpoints is pinned before
/// anything can.
pub(super) fn make_key(
    directory: &DataDirectory,
    job: KeyJob,
    state: KeyState,
    clock: &Clock,
) -> Result<KeyRow, KeysError> {
    let key = SigningKey::fresh()?;
    key.keep(&key_file(directory, job, key.public().kid()))?;
    if job == KeyJob::Checkpoint {
        PinnedKeys::add(directory, key.public())?;
    }
    Ok(KeyRow {
        kid: key.public().kid().to_owned(),
        job,
        state,
        jwk: key.public().to_jwk(),
        since: clock.now().seconds(),
    })
}

/// The file of the private half of a key.
pub(super) fn key_file(directory: &DataDirectory, job: KeyJob, kid: &str) -> OwnFile {
    directory.file(&format!("keys/{}-{kid}.json", job.as_str()))
}
