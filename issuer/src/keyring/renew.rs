//! New keys for every job but bundles, whose keys edges pin: at the first start from a backup,
//! which cannot know which key was dropped since.

use super::key_files::{checkpoint_signers, key_file, make_key};
use super::{KeysError, LastCheckpoint};
use crate::audit::Event;
use crate::base::clock::Clock;
use crate::files::{DataDirectory, FileError};
use crate::keys::{KeyFileError, KeyJob, KeyState, PinnedKeys, SigningKey};
use crate::store::rows::keys::KeyRow;
use crate::store::{Store, VoidBackup};
use std::{fs, io};

/// The jobs whose keys are replaced.
const RENEWED: [KeyJob; 4] = [KeyJob::Writ, KeyJob::Session, KeyJob::Delegation, KeyJob::Checkpoint];

/// The events of a first start from a backup.
pub(crate) struct RestoreEvents {
    /// The event of the revocation of everything.
    pub(crate) revoked: Event,
    /// The event of the restore.
    pub(crate) restored: Event,
}

/// Makes new keys, both current and next, and drops the old ones. The same transaction makes void
/// all that the backup cannot know to be ended.
pub(crate) async fn renew_all(
    directory: &DataDirectory,
    store: &dyn Store,
    clock: &Clock,
    last: &LastCheckpoint,
    events: RestoreEvents,
) -> Result<(), KeysError> {
    let (known, now) = (store.keys().await?, clock.now().seconds());
    let mut fresh = Vec::new();
    for job in RENEWED {
        for state in [KeyState::Current, KeyState::Next] {
            fresh.push(make_key(directory, job, state, clock)?);
        }
    }
    let BundleKeys { moved, added } = promote_bundle_key(directory, &known, clock)?;
    fresh.extend(added);
    let RestoreEvents { revoked, restored } = events;
    let void = VoidBackup {
        dropped: known.into_iter().filter(is_renewed).collect(),
        fresh,
        moved,
        now,
        revoked,
        restored,
    };
    store.void_backup(void).await?;
    let known = store.keys().await?;
    if let Some(mut pinned) = PinnedKeys::read(directory)? {
        pinned.close(directory, &checkpoint_signers(&known), last.number())?;
    }
    erase_others(directory, &known)
}

fn is_renewed(row: &KeyRow) -> bool {
    RENEWED.contains(&row.job) && row.state != KeyState::Dropped
}

/// The bundle keys that a restore changes.
#[derive(Default)]
struct BundleKeys {
    moved: Vec<KeyRow>,
    added: Option<KeyRow>,
}

/// If a bundle key has been rotated since, the data directory has the file of the next one
/// alone: that one signs then, and there is another next one.
fn promote_bundle_key(directory: &DataDirectory, known: &[KeyRow], clock: &Clock) -> Result<BundleKeys, KeysError> {
    let row = |state| known.iter().find(|row| row.job == KeyJob::Bundle && row.state == state);
    let (Some(current), Some(next)) = (row(KeyState::Current), row(KeyState::Next)) else {
        return Err(KeysError::NoCurrent(KeyJob::Bundle));
    };
    let key = |row: &KeyRow| SigningKey::open(&key_file(directory, KeyJob::Bundle, &row.kid));
    match key(current) {
        Err(KeyFileError::Missing(_)) => {
            key(next)?;
            let moved = |row: &KeyRow, state| KeyRow { state, ..row.clone() };
            Ok(BundleKeys {
                moved: vec![moved(current, KeyState::Retired), moved(next, KeyState::Current)],
                added: Some(make_key(directory, KeyJob::Bundle, KeyState::Next, clock)?),
            })
        }
        Err(error) => Err(error.into()),
        Ok(_) => Ok(BundleKeys::default()),
    }
}

/// Removes the private halves of keys that sign nothing, those that the database does not know
/// among them.
fn erase_others(directory: &DataDirectory, known: &[KeyRow]) -> Result<(), KeysError> {
    let keys = directory.path("keys");
    let at = |error: io::Error| FileError::Io(keys.clone(), error);
    let signing = known.iter().filter(|row| row.state.signs());
    let kept: Vec<_> = signing
        .map(|row| format!("{}-{}.json", row.job.as_str(), row.kid))
        .collect();
    for entry in fs::read_dir(&keys).map_err(at)? {
        let found = entry.map_err(at)?.file_name();
        let name = found.to_str().unwrap_or_default();
        let of = |job: &KeyJob| name.ends_with(".json") && name.starts_with(&format!("{}-", job.as_str()));
        if RENEWED.iter().any(of) && !kept.iter().any(|kept| kept == name) {
            directory.file(&format!("keys/{name}")).remove()?;
        }
    }
    Ok(())
}
