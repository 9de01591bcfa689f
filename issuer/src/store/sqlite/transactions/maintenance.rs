//! The state of the database, and the work that is done without a request.

use crate::base::clock::Moment;
use crate::store::rows::ends::HistoryEnds;
use crate::store::rules::retention::{Cutoffs, FORGOTTEN_AT_ONCE};
use crate::store::sqlite::{
    SqliteStore, Writing, agent, audit, epoch_before, has_outside_head, is_restored, keys, lineage, note_outside_head,
    note_restored, revocation, set_epoch, spend, task,
};
use crate::store::{DeclareOriginal, MaintenanceStore, RestoreState, Stored};
use edgewrit_shared::time::UnixSeconds;
use tokio::sync::watch;

impl MaintenanceStore for SqliteStore {
    fn epoch(&self) -> &str {
        &self.epoch
    }

    fn history_ends(&self) -> watch::Receiver<HistoryEnds> {
        self.writer.history_ends()
    }

    fn broken(&self) -> watch::Receiver<bool> {
        self.checkpointer.broken()
    }

    fn waiting_writes(&self) -> usize {
        self.writer.waiting()
    }

    fn check_readable(&self) -> Stored<'_, ()> {
        Box::pin(self.read(|reading| reading.query_row("SELECT 1", [], |_| Ok(()))))
    }

    fn last_write(&self) -> Stored<'_, Moment> {
        Box::pin(self.read(|reading| Ok(audit::last_at(reading)?.max(spend::last_boot(reading)?))))
    }

    fn restore_state(&self) -> Stored<'_, RestoreState> {
        Box::pin(self.read(|reading| {
            Ok(RestoreState {
                is_restored: is_restored(reading)?,
                epoch_before: epoch_before(reading)?,
                has_outside_head: has_outside_head(reading)?,
            })
        }))
    }

    fn note_outside_head(&self) -> Stored<'_, ()> {
        Box::pin(self.write(|writing| note_outside_head(writing)))
    }

    fn declare_original(&self, declare: DeclareOriginal) -> Stored<'_, ()> {
        Box::pin(self.write(move |writing| {
            note_restored(writing)?;
            set_epoch(writing, &declare.epoch)?;
            writing.record(&declare.event)
        }))
    }

    fn forget_expired(&self, now: UnixSeconds) -> Stored<'_, usize> {
        Box::pin(self.write(move |writing| forget_some(writing, &Cutoffs::at(now))))
    }
}

fn forget_some(writing: &Writing<'_>, cutoffs: &Cutoffs) -> rusqlite::Result<usize> {
    const MOST: u64 = FORGOTTEN_AT_ONCE;
    let forgotten = [
        revocation::prune(writing, cutoffs.expired, MOST)?,
        lineage::prune(writing, cutoffs.expired, MOST)?,
        agent::prune(writing, cutoffs.expired, MOST)?,
        spend::prune(writing, cutoffs.spends, MOST)?,
        spend::prune_boots(writing, cutoffs.boots, MOST)?,
        task::prune(writing, cutoffs.tasks, MOST)?,
        keys::forget(writing, cutoffs.keys)?,
        audit::delete_pruned(writing, MOST)?,
    ];
    Ok(forgotten.iter().sum())
}
