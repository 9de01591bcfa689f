//! Signing keys and checkpoints.

use super::writing::MemoryWriting;
use super::{MemoryStore, taken};
use crate::audit::EventKind;
use crate::keys::KeyState;
use crate::store::rows::audit::{CheckpointRow, LastCheckpointRow};
use crate::store::rows::keys::KeyRow;
use crate::store::rows::revocation::By;
use crate::store::rules::keys::{key_event, revocation_at_restore};
use crate::store::rules::revoke::end_everything;
use crate::store::{DropKeyRow, KeyStore, ReplaceKey, StoreError, Stored, VoidBackup};
use edgewrit_shared::bundle::revocation::Revocation;
use edgewrit_shared::time::UnixSeconds;

impl KeyStore for MemoryStore {
    fn keys(&self) -> Stored<'_, Vec<KeyRow>> {
        self.read(|state| sorted(state.keys.values()))
    }

    fn add_first_keys(&self, rows: Vec<KeyRow>) -> Stored<'_, Vec<KeyRow>> {
        self.write(move |writing| {
            writing.add_keys(&rows)?;
            Ok(sorted(writing.state.keys.values()))
        })
    }

    fn replace_key(&self, replace: ReplaceKey) -> Stored<'_, ()> {
        self.write(move |writing| {
            writing.put_away(&replace.current, replace.state, replace.kind, replace.now);
            writing.put_key(&replace.next, KeyState::Current, replace.now);
            writing.add_keys([&replace.fresh])
        })
    }

    fn drop_key(&self, drop: DropKeyRow) -> Stored<'_, ()> {
        self.write(move |writing| {
            writing.put_away(&drop.row, KeyState::Dropped, EventKind::KeyDropped, drop.now);
            writing.add_keys(&drop.fresh)
        })
    }

    fn revoke_key(&self, revocation: Revocation) -> Stored<'_, ()> {
        self.write(move |writing| writing.append(revocation, By::Operator))
    }

    fn void_backup(&self, void: VoidBackup) -> Stored<'_, ()> {
        self.write(move |writing| void_backup(writing, &void))
    }

    fn add_checkpoint(&self, checkpoint: CheckpointRow) -> Stored<'_, ()> {
        self.write(move |writing| {
            let checkpoints = &mut writing.state.checkpoints;
            match checkpoints.insert(checkpoint.seq, checkpoint.jws) {
                None => Ok(()),
                Some(_) => Err(taken("checkpoint")),
            }
        })
    }

    fn find_settled_checkpoint(&self, seq: u64) -> Stored<'_, Option<String>> {
        self.read(move |state| state.checkpoints.get(&seq).cloned())
    }

    fn last_checkpoint(&self) -> Stored<'_, Option<LastCheckpointRow>> {
        self.read(|state| {
            let (seq, jws) = state.checkpoints.last_key_value()?;
            Some(LastCheckpointRow {
                checkpoint: CheckpointRow {
                    seq: *seq,
                    jws: jws.clone(),
                },
                head: state.start(*seq),
            })
        })
    }
}

/// Keys in the order in which they came to their states.
fn sorted<'k>(keys: impl Iterator<Item = &'k KeyRow>) -> Vec<KeyRow> {
    let mut keys: Vec<_> = keys.cloned().collect();
    keys.sort_by_key(|row| row.since);
    keys
}

fn void_backup(writing: &mut MemoryWriting<'_>, void: &VoidBackup) -> Result<(), StoreError> {
    for row in &void.dropped {
        writing.put_key(&row.kid, KeyState::Dropped, void.now);
        if let Some(revocation) = revocation_at_restore(row, void.now) {
            writing.append(revocation, By::Operator)?;
        }
        writing.record(&key_event(EventKind::KeyDropped, row));
    }
    writing.add_keys(&void.fresh)?;
    for row in &void.moved {
        writing.put_key(&row.kid, row.state, void.now);
    }
    let everything = end_everything(writing.now().seconds());
    writing.append_all(&everything, &void.revoked)?;
    writing.state.launch_tokens.clear();
    writing.record(&void.restored);
    Ok(())
}

impl MemoryWriting<'_> {
    fn add_keys<'k>(&mut self, rows: impl IntoIterator<Item = &'k KeyRow>) -> Result<(), StoreError> {
        for row in rows {
            if self.state.keys.insert(row.kid.clone(), row.clone()).is_some() {
                return Err(taken("key"));
            }
        }
        Ok(())
    }

    fn put_key(&mut self, kid: &str, state: KeyState, now: UnixSeconds) {
        if let Some(row) = self.state.keys.get_mut(kid) {
            (row.state, row.since) = (state, now);
        }
    }

    /// Brings a key to one of its last states.
    fn put_away(&mut self, row: &KeyRow, state: KeyState, kind: EventKind, now: UnixSeconds) {
        self.put_key(&row.kid, state, now);
        self.record(&key_event(kind, row));
    }
}
