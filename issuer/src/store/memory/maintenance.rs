//! The state of the store, and the work that is done without a request.

use super::MemoryStore;
use super::state::MemoryState;
use crate::base::clock::Moment;
use crate::store::rows::ends::HistoryEnds;
use crate::store::rules::keys::is_forgotten;
use crate::store::rules::retention::{Cutoffs, FORGOTTEN_AT_ONCE};
use crate::store::{DeclareOriginal, MaintenanceStore, RestoreState, Stored};
use edgewrit_shared::time::UnixSeconds;
use std::collections::BTreeMap;
use tokio::sync::watch;

impl MaintenanceStore for MemoryStore {
    fn epoch(&self) -> &str {
        &self.epoch
    }

    fn history_ends(&self) -> watch::Receiver<HistoryEnds> {
        self.ends.subscribe()
    }

    fn broken(&self) -> watch::Receiver<bool> {
        self.broken.subscribe()
    }

    fn waiting_writes(&self) -> usize {
        0
    }

    fn check_readable(&self) -> Stored<'_, ()> {
        self.read(|_| ())
    }

    fn last_write(&self) -> Stored<'_, Moment> {
        self.read(|state| {
            let boot = state.boots.values().map(|boot| boot.created).max();
            let millis = boot.map_or(0, |boot| boot.0.saturating_mul(1000));
            state.last_at().max(Moment { millis })
        })
    }

    fn restore_state(&self) -> Stored<'_, RestoreState> {
        self.read(|state| RestoreState {
            // Nothing outlasts the process, so no store in memory comes from a backup.
            is_restored: false,
            epoch_before: None,
            has_outside_head: state.has_outside_head,
        })
    }

    fn note_outside_head(&self) -> Stored<'_, ()> {
        self.write(|writing| {
            writing.state.has_outside_head = true;
            Ok(())
        })
    }

    fn declare_original(&self, declare: DeclareOriginal) -> Stored<'_, ()> {
        self.write(move |writing| {
            writing.state.next_epoch = Some(declare.epoch);
            writing.record(&declare.event);
            Ok(())
        })
    }

    fn forget_expired(&self, now: UnixSeconds) -> Stored<'_, usize> {
        self.write(move |writing| Ok(writing.state.forget_some(&Cutoffs::at(now))))
    }
}

/// Removes up to `most` rows that are over. Answers how many.
fn forget<K: Ord + Clone, V>(rows: &mut BTreeMap<K, V>, most: usize, is_over: impl Fn(&V) -> bool) -> usize {
    let over = rows.iter().filter(|(_, row)| is_over(row)).map(|(key, _)| key.clone());
    let over: Vec<K> = over.take(most).collect();
    for key in &over {
        rows.remove(key);
    }
    over.len()
}

impl MemoryState {
    fn forget_some(&mut self, cutoffs: &Cutoffs) -> usize {
        let most = usize::try_from(FORGOTTEN_AT_ONCE).unwrap_or(usize::MAX);
        let now = cutoffs.expired;
        let revoked = forget(&mut self.revocations, most, |(revocation, _)| revocation.expires <= now);
        if revoked > 0 {
            self.count_shares();
        }
        let forgotten = [
            revoked,
            forget(&mut self.lineages, most, |lineage| lineage.expires <= now),
            forget(&mut self.launch_tokens, most, |token| token.expires <= now),
            self.forget_nonces(now, most),
            self.forget_spends(cutoffs.spends, most),
            self.forget_boots(cutoffs.boots, most),
            self.forget_tasks(cutoffs.tasks, most),
            forget(&mut self.keys, usize::MAX, |row| is_forgotten(row, cutoffs.keys)),
            self.delete_pruned(most),
        ];
        forgotten.iter().sum()
    }

    /// Forgets up to `most` nonces that have expired by `now`.
    fn forget_nonces(&mut self, now: UnixSeconds, most: usize) -> usize {
        // A nonce begins with its expiry, so those that are over sort before this moment.
        let mut moment = [0; 32];
        if let Some(front) = moment.first_chunk_mut() {
            *front = now.0.to_be_bytes();
        }
        let over: Vec<_> = self.nonces.range(..moment).take(most).copied().collect();
        for nonce in &over {
            self.nonces.remove(nonce);
        }
        over.len()
    }
}
