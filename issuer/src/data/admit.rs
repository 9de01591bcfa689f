//! Decides at the start whether the database is the one of which something was published.

use super::opening::{OpenDataError, Opening};
use super::restore;
use crate::audit::{Event, EventKind};
use crate::base::clock::Clock;
use crate::base::id::{hex, random};
use crate::evidence::outside::{
    Disagreement, HEAD_FILE, OutsideError, PRUNED_FILE, Published, compare, compare_pruned, read_head_file,
    read_last_of_witness, read_pruned_file, write_pruned_file,
};
use crate::files::DataDirectory;
use crate::keyring::{KeysError, LastCheckpoint};
use crate::store::{DatabaseOrigin, DeclareOriginal, FindPublished, RestoreState, Store, StoreError};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Whether the database begins another epoch after it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Epoch {
    Same,
    Another,
}

/// Decides whether the database is the one of which something was published, and makes void what a
/// backup cannot know to be ended. Answers its last checkpoint.
pub(crate) async fn admit(
    directory: &DataDirectory,
    store: &dyn Store,
    clock: &Clock,
    origin: DatabaseOrigin,
    opening: &Opening,
) -> Result<(LastCheckpoint, Epoch), OpenDataError> {
    let last = LastCheckpoint::load(directory, store)
        .await
        .map_err(OpenDataError::Keys)?;
    // The operator has decided already, and what cannot be read would only be compared.
    let is_decided = origin == DatabaseOrigin::Backup || opening.is_original;
    let outside = match read_outside(directory, opening.witness.as_deref()) {
        Err(error) if is_decided => {
            tracing::warn!(%error, "what is kept outside of the database cannot be read");
            Vec::new()
        }
        outside => outside.map_err(OpenDataError::Outside)?,
    };
    let RestoreState {
        is_restored,
        has_outside_head: was_kept,
        ..
    } = store.restore_state().await.map_err(OpenDataError::Read)?;
    // An attacker that writes the database can say that it is from a backup. That excuses nothing
    // which is kept outside of it.
    let is_restored = origin == DatabaseOrigin::Backup || (is_restored && outside.is_empty());
    if is_restored {
        // First: a start that is cut short is one from a backup again.
        write_pruned(directory, store).await?;
        let known = outside.first().map(|(_, published)| published);
        let void = restore::void_all(directory, store, clock, &last, known).await;
        return void.map(|()| (last, Epoch::Same)).map_err(OpenDataError::Keys);
    }
    let mut disagreement = find_disagreement(store, &last, &outside)
        .await
        .map_err(OpenDataError::Read)?;
    let head_file = directory.path(HEAD_FILE);
    if was_kept && !head_file.exists() {
        disagreement.get_or_insert((head_file, Disagreement::Gone));
    }
    if disagreement.is_none() && !outside.is_empty() {
        disagreement = find_pruned_disagreement(directory, store, opening).await?;
    }
    let epoch = decide_epoch(directory, store, opening, disagreement, &outside).await?;
    if opening.is_original || outside.is_empty() {
        write_pruned(directory, store).await?;
    }
    Ok((last, epoch))
}

/// The epoch of a database that may disagree with what is kept outside of it.
async fn decide_epoch(
    directory: &DataDirectory,
    store: &dyn Store,
    opening: &Opening,
    disagreement: Option<(PathBuf, Disagreement)>,
    outside: &[(PathBuf, Published)],
) -> Result<Epoch, OpenDataError> {
    match disagreement {
        Some((kept, what)) if !opening.is_original => Err(OpenDataError::Copied(directory.path(""), kept, what)),
        Some((_, what)) => {
            let declared = declare_original(store, &what, outside).await;
            declared.map(|()| Epoch::Another).map_err(OpenDataError::Keys)
        }
        None => {
            if opening.is_original {
                tracing::warn!(
                    "`--this-is-the-original` is not needed: what is kept outside of the database is its own"
                );
            }
            Ok(Epoch::Same)
        }
    }
}

/// Keeps outside of the database up to where it was pruned, as the database says.
async fn write_pruned(directory: &DataDirectory, store: &dyn Store) -> Result<(), OpenDataError> {
    let pruned = store.pruned_head().await.map_err(OpenDataError::Read)?;
    write_pruned_file(directory, pruned).map_err(OpenDataError::Directory)
}

/// Whether the database says that more was pruned than the issuer pruned.
async fn find_pruned_disagreement(
    directory: &DataDirectory,
    store: &dyn Store,
    opening: &Opening,
) -> Result<Option<(PathBuf, Disagreement)>, OpenDataError> {
    let kept = match read_pruned_file(directory) {
        Err(error) if opening.is_original => {
            tracing::warn!(%error, "what is kept outside of the database cannot be read");
            return Ok(None);
        }
        kept => kept.map_err(OpenDataError::Outside)?,
    };
    let found = store.pruned_head().await.map_err(OpenDataError::Read)?;
    let compared = compare_pruned(kept, found);
    Ok(compared.err().map(|what| (directory.path(PRUNED_FILE), what)))
}

/// The first of what is kept outside that the database contradicts, and how.
async fn find_disagreement(
    store: &dyn Store,
    last: &LastCheckpoint,
    outside: &[(PathBuf, Published)],
) -> Result<Option<(PathBuf, Disagreement)>, StoreError> {
    for (kept, published) in outside {
        let checkpoint = published.checkpoint;
        let find = FindPublished {
            seq: published.head.seq,
            checkpoints_since: checkpoint.and_then(|checkpoint| last.number().checked_sub(checkpoint.number)),
        };
        let found = store.find_published(find).await?;
        if let Err(what) = compare(&found, store.epoch(), published) {
            return Ok(Some((kept.clone(), what)));
        }
    }
    Ok(None)
}

/// The heads that are kept outside of the database, and their files.
fn read_outside(directory: &DataDirectory, witness: Option<&Path>) -> Result<Vec<(PathBuf, Published)>, OutsideError> {
    let in_folder = read_head_file(directory)?.map(|published| (directory.path(HEAD_FILE), published));
    let elsewhere = match witness {
        Some(path) => read_last_of_witness(path, directory.group())?.map(|published| (path.to_owned(), published)),
        None => None,
    };
    Ok(in_folder.into_iter().chain(elsewhere).collect())
}

/// Records that the operator took the database for the original, and what differed. It begins
/// another epoch: edges may hold more of this one than the database does, and would take nothing of
/// it until it had as much.
async fn declare_original(
    store: &dyn Store,
    what: &Disagreement,
    outside: &[(PathBuf, Published)],
) -> Result<(), KeysError> {
    tracing::warn!(%what, "the operator says that this is the original");
    let epoch = hex(&random::<8>()?);
    let mut before = vec![store.epoch().to_owned()];
    before.extend(outside.iter().map(|(_, published)| published.epoch.clone()));
    before.dedup();
    let head = store.audit_head().await?;
    let event = Event::done(EventKind::OriginalDeclared).data(&json!({
        "differs": what.to_string(),
        "epoch": epoch,
        "epochs_before": before,
        "head": head.to_string(),
    }));
    Ok(store.declare_original(DeclareOriginal { epoch, event }).await?)
}
