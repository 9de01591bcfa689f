//! New keys for every job but bundles, whose keys edges pin: at the first start from a backup,
//! which cannot know which key was dropped since.

use super::key_files::{checkpoint_signers, key_file, make_key};
use super::{KeysError, LastCheckpoint};
use crate::audit::{Event, EventKind};
use crate::base::clock::Clock;
use crate::files::{DataDirectory, FileError};
use crate::keys::{KeyFileError, KeyJob, KeyState, PinnedKeys, SigningKey};
use crate::store::keys::KeyRow;
use crate::store::revocation::By;
use crate::store::{Store, Writing, keys as rows, revocation};
use edgewrit_shared::bundle::revocation::{Level, Revocation, Target};
use edgewrit_shared::limits::{CLOCK_TOLERANCE, WRIT_LIFE_MAX};
use edgewrit_shared::time::UnixSeconds;
use serde_json::json;
use std::{fs, io};

/// The jobs whose keys are replaced.
const RENEWED: [KeyJob; 4] = [KeyJob::Writ, KeyJob::Session, KeyJob::Delegation, KeyJob::Checkpoint];

/// Makes new keys, both current and next, drops the old ones, and does `also` in the same
/// transaction.
pub(crate) async fn renew_all<F>(
    folder: &DataDirectory,
    store: &Store,
    clock: &Clock,
    last: &LastCheckpoint,
    also: F,
) -> Result<(), KeysError>
where
    F: Fn(&Writing<'_>) -> rusqlite::Result<()> + Send + 'static,
{
    let (known, now) = (store.read(rows::all).await?, clock.now().seconds());
    let mut fresh = Vec::new();
    for job in RENEWED {
        for state in [KeyState::Current, KeyState::Next] {
            fresh.push(make_key(folder, job, state, clock)?);
        }
    }
    let bundle = promote_bundle_key(folder, &known, clock)?;
    let dropped: Vec<_> = known.into_iter().filter(is_renewed).collect();
    let change = store.write(move |writing| {
        dropped.iter().try_for_each(|row| drop_old(writing, row, now))?;
        fresh.iter().try_for_each(|row| rows::add(writing, row))?;
        for (row, is_new) in &bundle {
            if *is_new {
                rows::add(writing, row)?;
            } else {
                rows::put(writing, &row.kid, row.state, now)?;
            }
        }
        also(writing)
    });
    change.await?;
    let known = store.read(rows::all).await?;
    if let Some(mut pinned) = PinnedKeys::read(folder)? {
        pinned.close(folder, &checkpoint_signers(&known), last.number())?;
    }
    erase_others(folder, &known)
}

fn is_renewed(row: &KeyRow) -> bool {
    RENEWED.contains(&row.job) && row.state != KeyState::Dropped
}

/// Drops a key. What it signed with a date to come is ended as well.
fn drop_old(writing: &Writing<'_>, row: &KeyRow, now: UnixSeconds) -> rusqlite::Result<()> {
    rows::put(writing, &row.kid, KeyState::Dropped, now)?;
    if row.job == KeyJob::Writ {
        let revocation = Revocation {
            target: Target::of(Level::Key(&row.kid)),
            cut: now.plus(CLOCK_TOLERANCE),
            expires: now.plus(CLOCK_TOLERANCE + WRIT_LIFE_MAX + CLOCK_TOLERANCE),
        };
        revocation::append(writing, &revocation, By::Operator)?;
    }
    writing.record(&Event::done(EventKind::KeyDropped).data(&json!({"job": row.job.as_str(), "kid": row.kid})))
}

/// Where a bundle key has been rotated since, the folder of this database has the next one's file
/// alone: that one signs then, and there is another next one. Answers what changes, and whether it
/// is a new row.
fn promote_bundle_key(
    folder: &DataDirectory,
    known: &[KeyRow],
    clock: &Clock,
) -> Result<Vec<(KeyRow, bool)>, KeysError> {
    let row = |state| known.iter().find(|row| row.job == KeyJob::Bundle && row.state == state);
    let (Some(current), Some(next)) = (row(KeyState::Current), row(KeyState::Next)) else {
        return Err(KeysError::NoCurrent(KeyJob::Bundle));
    };
    let key = |row: &KeyRow| SigningKey::open(&key_file(folder, KeyJob::Bundle, &row.kid));
    match key(current) {
        Err(KeyFileError::Missing(_)) => {
            key(next)?;
            let moved = |row: &KeyRow, state| (KeyRow { state, ..row.clone() }, false);
            let fresh = make_key(folder, KeyJob::Bundle, KeyState::Next, clock)?;
            Ok(vec![
                moved(current, KeyState::Retired),
                moved(next, KeyState::Current),
                (fresh, true),
            ])
        }
        Err(error) => Err(error.into()),
        Ok(_) => Ok(Vec::new()),
    }
}

/// Removes the private halves of keys that sign nothing, those that the database does not know
/// among them.
fn erase_others(folder: &DataDirectory, known: &[KeyRow]) -> Result<(), KeysError> {
    let keys = folder.path("keys");
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
            folder.file(&format!("keys/{name}")).remove()?;
        }
    }
    Ok(())
}
