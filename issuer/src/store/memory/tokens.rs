//! Revocations: by the operator, and by the holders of writs and sessions.

use super::MemoryStore;
use super::state::MemoryState;
use super::writing::MemoryWriting;
use crate::audit::Event;
use crate::store::rows::revocation::By;
use crate::store::rows::revoke_target::RevokeTarget;
use crate::store::rules::agents::living_of_lineage;
use crate::store::rules::revoke::{RevocationBatch, RevokeLookup, end_targets, find_targets, lookup_of};
use crate::store::{
    EndSession, ReleaseLineage, RevokeAuthority, RevokeOutcome, RevokedSince, RevokedSinceRows, StoreError, Stored,
    TokenStore,
};

impl TokenStore for MemoryStore {
    fn revoke(&self, revoke: RevokeAuthority) -> Stored<'_, RevokeOutcome> {
        self.write(move |writing| {
            let found = writing.state.find_ids(&revoke.target);
            let Some(targets) = find_targets(&revoke.target, &found) else {
                return Ok(RevokeOutcome::Ambiguous);
            };
            let batch = end_targets(&revoke.target, &targets, revoke.cut, writing.now().seconds());
            writing.append_all(&batch, &revoke.event)?;
            Ok(RevokeOutcome::Revoked(targets.len()))
        })
    }

    fn release_lineage(&self, release: ReleaseLineage) -> Stored<'_, ()> {
        self.write(move |writing| {
            let writ = &release.writ;
            let kept = writing.state.find_lineage(&writ.lin);
            writing.end(&living_of_lineage(writ, kept.as_ref()), By::Client(&writ.client_id))?;
            let task = writing.state.live_until(&writ.client_id, &writ.task_id, writ.exp);
            writing.record_about(task, &release.event);
            Ok(())
        })
    }

    fn end_session(&self, end: EndSession) -> Stored<'_, ()> {
        self.write(move |writing| {
            let by = end.client_id.as_deref().map_or(By::Operator, By::Client);
            writing.end(&end.living, by)?;
            writing.record(&end.event);
            Ok(())
        })
    }

    fn revoked_since(&self, since: RevokedSince) -> Stored<'_, RevokedSinceRows> {
        self.read(move |state| {
            let later = state.revocations.range(since.from.saturating_add(1)..);
            let living = later.map(|(_, (revocation, _))| *revocation);
            RevokedSinceRows {
                latest: state.latest_revocation,
                revocations: living.filter(|revocation| since.now < revocation.expires).collect(),
                head: state.head(),
            }
        })
    }
}

impl MemoryState {
    /// The ids of the rows by which the targets of a revocation are found.
    fn find_ids(&self, target: &RevokeTarget) -> Vec<String> {
        match lookup_of(target) {
            RevokeLookup::Nothing => Vec::new(),
            RevokeLookup::PassedOnBy(agent_id) => {
                let passed = self.lineages.iter();
                let passed = passed.filter(|(_, lineage)| lineage.agent_id.as_deref() == Some(agent_id));
                passed.map(|(id, _)| id.clone()).collect()
            }
            RevokeLookup::ClientsOfTask(task_id) => {
                let named = self.find_named(task_id).into_iter();
                named.map(|row| row.client_id).collect()
            }
        }
    }
}

impl MemoryWriting<'_> {
    /// Appends revocations by the operator, and the event of them.
    pub(super) fn append_all(&mut self, batch: &RevocationBatch, event: &Event) -> Result<(), StoreError> {
        for one in &batch.all {
            if batch.is_of_everything {
                self.state.fold_into_all(one);
            }
            self.append(*one, By::Operator)?;
        }
        self.record(&event.clone().data(&batch.data));
        Ok(())
    }
}
