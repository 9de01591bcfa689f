//! Signing keys and checkpoints.

use super::tokens::append_all;
use crate::audit::EventKind;
use crate::keys::KeyState;
use crate::store::rows::audit::{CheckpointRow, LastCheckpointRow};
use crate::store::rows::keys::KeyRow;
use crate::store::rows::revocation::By;
use crate::store::rules::keys::{key_event, revocation_at_restore};
use crate::store::rules::revoke::end_everything;
use crate::store::sqlite::{SqliteStore, Writing, agent, audit, keys, note_restored, revocation};
use crate::store::{DropKeyRow, KeyStore, ReplaceKey, Stored, VoidBackup};
use edgewrit_shared::bundle::revocation::Revocation;
use edgewrit_shared::time::UnixSeconds;

impl KeyStore for SqliteStore {
    fn keys(&self) -> Stored<'_, Vec<KeyRow>> {
        Box::pin(self.read(keys::all))
    }

    fn add_first_keys(&self, rows: Vec<KeyRow>) -> Stored<'_, Vec<KeyRow>> {
        Box::pin(self.write(move |writing| {
            add_all(writing, &rows)?;
            keys::all(writing)
        }))
    }

    fn replace_key(&self, replace: ReplaceKey) -> Stored<'_, ()> {
        Box::pin(self.write(move |writing| {
            put_away(writing, &replace.current, replace.state, replace.kind, replace.now)?;
            keys::put(writing, &replace.next, KeyState::Current, replace.now)?;
            keys::add(writing, &replace.fresh)
        }))
    }

    fn drop_key(&self, drop: DropKeyRow) -> Stored<'_, ()> {
        Box::pin(self.write(move |writing| {
            put_away(writing, &drop.row, KeyState::Dropped, EventKind::KeyDropped, drop.now)?;
            drop.fresh.iter().try_for_each(|fresh| keys::add(writing, fresh))
        }))
    }

    fn revoke_key(&self, revocation: Revocation) -> Stored<'_, ()> {
        Box::pin(self.write(move |writing| revocation::append(writing, &revocation, By::Operator)))
    }

    fn void_backup(&self, void: VoidBackup) -> Stored<'_, ()> {
        Box::pin(self.write(move |writing| void_backup(writing, &void)))
    }

    fn add_checkpoint(&self, checkpoint: CheckpointRow) -> Stored<'_, ()> {
        Box::pin(self.write(move |writing| audit::add_checkpoint(writing, checkpoint.seq, &checkpoint.jws)))
    }

    fn find_settled_checkpoint(&self, seq: u64) -> Stored<'_, Option<String>> {
        // The writer is asked, which has done by then what was queued.
        Box::pin(self.write(move |writing| audit::checkpoint_at(writing, seq)))
    }

    fn last_checkpoint(&self) -> Stored<'_, Option<LastCheckpointRow>> {
        Box::pin(self.read(|reading| {
            let Some((seq, jws)) = audit::last_checkpoint(reading)? else {
                return Ok(None);
            };
            Ok(Some(LastCheckpointRow {
                checkpoint: CheckpointRow { seq, jws },
                head: audit::start(reading, seq)?,
            }))
        }))
    }
}

fn add_all(writing: &Writing<'_>, rows: &[KeyRow]) -> rusqlite::Result<()> {
    rows.iter().try_for_each(|row| keys::add(writing, row))
}

/// Brings a key to one of its last states.
fn put_away(
    writing: &Writing<'_>,
    row: &KeyRow,
    state: KeyState,
    kind: EventKind,
    now: UnixSeconds,
) -> rusqlite::Result<()> {
    keys::put(writing, &row.kid, state, now)?;
    writing.record(&key_event(kind, row))
}

fn void_backup(writing: &Writing<'_>, void: &VoidBackup) -> rusqlite::Result<()> {
    for row in &void.dropped {
        keys::put(writing, &row.kid, KeyState::Dropped, void.now)?;
        if let Some(revocation) = revocation_at_restore(row, void.now) {
            revocation::append(writing, &revocation, By::Operator)?;
        }
        writing.record(&key_event(EventKind::KeyDropped, row))?;
    }
    add_all(writing, &void.fresh)?;
    for row in &void.moved {
        keys::put(writing, &row.kid, row.state, void.now)?;
    }
    let everything = end_everything(writing.now().seconds());
    append_all(writing, &everything, &void.revoked)?;
    agent::end_launch_tokens(writing)?;
    note_restored(writing)?;
    writing.record(&void.restored)
}
