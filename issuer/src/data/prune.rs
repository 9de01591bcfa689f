//! The retention of the audit. Older events go to an archive, and are pruned once they are there:
//! only up to a checkpoint, by which `edgewrit audit verify` knows that nothing else is missing.

use super::opened::Data;
use crate::audit::{Broken, ChainHead, Checkpoint, CheckpointError, Event, EventKind, Link};
use crate::base::clock::Moment;
use crate::config::Retention;
use crate::evidence::audit_log::find_last_head;
use crate::evidence::outside::write_pruned_file;
use crate::files::{FileError, OwnFile, check_log_directory, sync_directory_of};
use crate::keys::PinnedKeys;
use crate::store::rows::audit::CheckpointRow;
use crate::store::{EventsAfter, FindPruneTarget, PruneTo, StoreError};
use serde_json::json;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::PathBuf;
use tokio::task::spawn_blocking;

/// Seconds of a day: how far beyond its time an event is kept, so that a day is archived at once.
const DAY: u64 = 24 * 3_600;
/// Events that are read and archived at once.
const EVENTS: u64 = 1_000;
/// Events that are pruned in one round of upkeep: a few seconds, in which nothing else is kept up.
const PRUNED: u64 = 100_000;

/// Why nothing was pruned.
#[derive(Debug, thiserror::Error)]
pub enum PruneError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Up to where is pruned cannot be kept outside of the database.
    #[error(transparent)]
    Directory(FileError),
    /// The archive cannot be written, or others can.
    #[error(transparent)]
    Archive(FileError),
    /// The archive has another event under this number.
    #[error("{path}: holds another event {seq}", path = .0.display(), seq = .1)]
    OtherHistory(PathBuf, u64),
    /// The chain is broken.
    #[error("the chain is broken: {0}")]
    Broken(Broken),
    /// The checkpoint at this event is none, or says something else than the chain.
    #[error("checkpoint at event {0}: {1}")]
    Checkpoint(u64, CheckpointError),
}

/// Archives and prunes what is older than the audit is kept. Answers how many events.
///
/// # Errors
/// [`PruneError`]; nothing was pruned.
pub async fn prune(data: &Data, of: &Retention) -> Result<u64, PruneError> {
    let Some(to) = find_prune_target(data, of.keep).await? else {
        return Ok(0);
    };
    let from = data.store.pruned_head().await?;
    archive_events(data, of, from, to).await?;
    let directory = data.directory.clone();
    let kept = spawn_blocking(move || write_pruned_file(&directory, to)).await;
    kept.map_err(|_| StoreError::Closed)?.map_err(PruneError::Directory)?;
    let count = to.seq - from.seq;
    let event = Event::done(EventKind::AuditPruned).data(&json!({"to": to.to_string(), "events": count}));
    data.store.prune_to(PruneTo { head: to, event }).await?;
    Ok(count)
}

/// The head up to which is pruned: a checkpoint's, as one of our keys signed it.
async fn find_prune_target(data: &Data, keep: u64) -> Result<Option<ChainHead>, PruneError> {
    let now = data.clock.now();
    let before = |seconds: u64| Moment {
        millis: now.millis.saturating_sub(seconds.saturating_mul(1_000)),
    };
    let find = FindPruneTarget {
        first: before(keep.saturating_add(DAY)),
        moment: before(keep),
        most: PRUNED,
    };
    let Some(CheckpointRow { seq, jws }) = data.store.find_prune_target(find).await? else {
        return Ok(None);
    };
    // A file that cannot be read has no key, and nothing is pruned.
    let keys = PinnedKeys::read(&data.directory).ok().flatten().unwrap_or_default();
    let checkpoint = Checkpoint::read(&jws, &keys).map_err(|error| PruneError::Checkpoint(seq, error))?;
    if checkpoint.head.seq != seq {
        return Err(PruneError::Broken(Broken::Head { seen: checkpoint.head }));
    }
    Ok(Some(checkpoint.head))
}

/// Archives the events after `from` up to `to`, each if it follows the one before.
async fn archive_events(data: &Data, of: &Retention, from: ChainHead, to: ChainHead) -> Result<(), PruneError> {
    let mut head = from;
    while head.seq < to.seq {
        let after = EventsAfter {
            from: head.seq,
            most: EVENTS.min(to.seq - head.seq),
        };
        let links = data.store.events_after(after).await?.links;
        let (first, of) = (head, of.clone());
        let epoch = data.store.epoch().to_owned();
        let written = spawn_blocking(move || write_to_archive(&of, &epoch, first, &links));
        let last = written.await.map_err(|_| StoreError::Closed)??;
        if last == head {
            break;
        }
        head = last;
    }
    if head == to {
        return Ok(());
    }
    Err(PruneError::Broken(Broken::Head { seen: to }))
}

/// Writes `links`, which follow `head`, each to the file of its day. Answers the last one.
fn write_to_archive(of: &Retention, epoch: &str, mut head: ChainHead, links: &[Link]) -> Result<ChainHead, PruneError> {
    for of_day in links.chunk_by(|one, next| day_of(one) == day_of(next)) {
        let date = of_day.first().map_or("", day_of);
        let path = of.archive.join(format!("audit-{epoch}-{date}.jsonl"));
        check_log_directory(&path).map_err(PruneError::Archive)?;
        let archive = OwnFile::new(path, of.group);
        head = append_to_archive(&archive, head, of_day)?;
        let synced = sync_directory_of(archive.path());
        synced.map_err(|error| archive_error(&archive, error))?;
    }
    Ok(head)
}

fn archive_error(archive: &OwnFile, error: io::Error) -> PruneError {
    PruneError::Archive(FileError::Io(archive.path().to_owned(), error))
}

/// Appends `links` to one file of the archive, but for those that it has from before a crash.
fn append_to_archive(archive: &OwnFile, mut head: ChainHead, links: &[Link]) -> Result<ChainHead, PruneError> {
    let file = archive.open(OpenOptions::new().create(true).read(true).append(true));
    let mut file = file.map_err(PruneError::Archive)?;
    let last = find_last_head(&mut file).map_err(|error| archive_error(archive, error))?;
    let mut text = String::new();
    for link in links {
        let next = link.follows(&head).map_err(PruneError::Broken)?;
        if next.seq == last.seq && next != last {
            return Err(PruneError::OtherHistory(archive.path().to_owned(), last.seq));
        }
        if next.seq > last.seq {
            text.push_str(&link.exported(&head));
            text.push('\n');
        }
        head = next;
    }
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|error| archive_error(archive, error))?;
    Ok(head)
}

/// The day of an event: `2026-05-10`.
fn day_of(link: &Link) -> &str {
    let at = link.line.split_once(r#","at":""#);
    at.and_then(|(_, rest)| rest.get(..10)).unwrap_or_default()
}
