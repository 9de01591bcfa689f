//! One write of a store in memory.

use super::state::{KeptEvent, MemoryState};
use crate::audit::{self, Admissions, Event, EventLimiter, Link};
use crate::base::clock::{Clock, Moment};
use crate::store::StoreError;
use crate::store::rows::revocation::{By, Living};
use crate::store::rules::revocations::{check_share, counted_client, end_authority, ends_as_much, shares_of};
use edgewrit_shared::bundle::revocation::{Revocation, Target};
use edgewrit_shared::time::UnixSeconds;

/// A write: a copy of all rows, and the chain that is extended by what happens in it.
pub(super) struct MemoryWriting<'a> {
    pub(super) state: MemoryState,
    pub(super) clock: &'a Clock,
    pub(super) limiter: &'a EventLimiter,
    /// The decisions of the limiter in this write.
    pub(super) admissions: Admissions,
}

impl MemoryWriting<'_> {
    /// Now, and not before anything that happened.
    pub(super) fn now(&self) -> Moment {
        self.clock.now().max(self.state.last_at())
    }

    /// Appends `event` to the chain, unless the limiter omits it.
    pub(super) fn record(&mut self, event: &Event) {
        self.record_about(event.task, event);
    }

    /// As [`Self::record`], for an event that concerns the task with this number.
    pub(super) fn record_about(&mut self, task: Option<i64>, event: &Event) {
        let (at, now) = (self.now(), self.clock.now());
        if !self.limiter.admit(event, now, &mut self.admissions) {
            return;
        }
        let head = self.state.head();
        let line = audit::line(head.seq + 1, at, event);
        let head = head.after(&line);
        let kept = KeptEvent {
            at,
            kind: event.kind,
            outcome: event.outcome,
            task,
            agent_id: event.agent_id.clone(),
            request_id: event.request_id.clone().filter(|_| event.is_looked_up()),
            link: Link { head, line },
        };
        self.state.events.insert(head.seq, kept);
    }

    /// Revokes authority, unless it has expired.
    pub(super) fn end(&mut self, living: &Living, by: By<'_>) -> Result<(), StoreError> {
        match end_authority(living, self.now().seconds()) {
            Some(revocation) => self.append(revocation, by),
            None => Ok(()),
        }
    }

    /// Appends a revocation, unless one is kept already that ends as much.
    pub(super) fn append(&mut self, revocation: Revocation, by: By<'_>) -> Result<(), StoreError> {
        let state = &mut self.state;
        if state
            .revocations
            .values()
            .any(|(kept, _)| ends_as_much(kept, &revocation))
        {
            return Ok(());
        }
        for share in shares_of(by) {
            let live = state.shares.entry(share.name.to_owned()).or_default();
            *live += 1;
            check_share(share, *live).map_err(|full| StoreError::Unavailable(full.to_string()))?;
        }
        state.latest_revocation += 1;
        let row = (revocation, counted_client(by).map(str::to_owned));
        state.revocations.insert(state.latest_revocation, row);
        Ok(())
    }
}

impl MemoryState {
    /// The latest cut of the revocations of `targets`.
    pub(super) fn latest_cut(&self, targets: &[Target]) -> Option<UnixSeconds> {
        let revocations = self.revocations.values().map(|(revocation, _)| revocation);
        let of_targets = revocations.filter(|revocation| targets.contains(&revocation.target));
        of_targets.map(|revocation| revocation.cut).max()
    }

    /// Forgets what a revocation of everything makes needless.
    pub(super) fn fold_into_all(&mut self, all: &Revocation) {
        self.revocations
            .retain(|_, (kept, _)| kept.cut > all.cut || kept.expires > all.expires);
        self.count_shares();
    }

    /// Counts the revocations of each share again.
    pub(super) fn count_shares(&mut self) {
        self.shares.clear();
        for client_id in self
            .revocations
            .values()
            .filter_map(|(_, client_id)| client_id.as_deref())
        {
            for share in shares_of(By::Client(client_id)) {
                *self.shares.entry(share.name.to_owned()).or_default() += 1;
            }
        }
    }
}
