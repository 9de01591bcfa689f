//! Revocations: by the operator, and by the holders of writs and sessions.

use crate::audit::Event;
use crate::store::rows::revocation::By;
use crate::store::rows::revoke_target::RevokeTarget;
use crate::store::rules::agents::living_of_lineage;
use crate::store::rules::revoke::{NAMESAKES, RevocationBatch, RevokeLookup, end_targets, find_targets, lookup_of};
use crate::store::sqlite::{SqliteStore, Writing, audit, lineage, revocation, task};
use crate::store::{
    EndSession, ReleaseLineage, RevokeAuthority, RevokeOutcome, RevokedSince, RevokedSinceRows, Stored, TokenStore,
};

impl TokenStore for SqliteStore {
    fn revoke(&self, revoke: RevokeAuthority) -> Stored<'_, RevokeOutcome> {
        Box::pin(self.write(move |writing| revoke_authority(writing, &revoke)))
    }

    fn release_lineage(&self, release: ReleaseLineage) -> Stored<'_, ()> {
        Box::pin(self.write(move |writing| release_lineage(writing, &release)))
    }

    fn end_session(&self, end: EndSession) -> Stored<'_, ()> {
        Box::pin(self.write(move |writing| {
            let by = end.client_id.as_deref().map_or(By::Operator, By::Client);
            revocation::end(writing, end.living, by)?;
            writing.record(&end.event)
        }))
    }

    fn revoked_since(&self, since: RevokedSince) -> Stored<'_, RevokedSinceRows> {
        Box::pin(self.read(move |reading| {
            Ok(RevokedSinceRows {
                revocations: revocation::since(reading, since.from, since.now)?,
                latest: revocation::latest(reading)?,
                head: audit::head(reading)?,
            })
        }))
    }
}

fn revoke_authority(writing: &Writing<'_>, revoke: &RevokeAuthority) -> rusqlite::Result<RevokeOutcome> {
    let found = find_named(writing, &revoke.target)?;
    let Some(targets) = find_targets(&revoke.target, &found) else {
        return Ok(RevokeOutcome::Ambiguous);
    };
    let revocations = end_targets(&revoke.target, &targets, revoke.cut, writing.now().seconds());
    append_all(writing, &revocations, &revoke.event)?;
    Ok(RevokeOutcome::Revoked(targets.len()))
}

/// The ids of the rows by which the targets of a revocation are found.
fn find_named(writing: &Writing<'_>, target: &RevokeTarget) -> rusqlite::Result<Vec<String>> {
    match lookup_of(target) {
        RevokeLookup::Nothing => Ok(Vec::new()),
        RevokeLookup::PassedOnBy(agent_id) => lineage::passed_on_by(writing, agent_id),
        RevokeLookup::ClientsOfTask(task_id) => {
            let named = task::named(writing, task_id, NAMESAKES)?;
            Ok(named.into_iter().map(|row| row.client_id).collect())
        }
    }
}

/// Appends revocations by the operator, and the event of them.
pub(super) fn append_all(writing: &Writing<'_>, revocations: &RevocationBatch, event: &Event) -> rusqlite::Result<()> {
    for one in &revocations.all {
        if revocations.is_of_everything {
            revocation::fold_into_all(writing, one)?;
        }
        revocation::append(writing, one, By::Operator)?;
    }
    writing.record(&event.clone().data(&revocations.data))
}

fn release_lineage(writing: &Writing<'_>, release: &ReleaseLineage) -> rusqlite::Result<()> {
    let writ = &release.writ;
    let kept = lineage::find(writing, &writ.lin)?;
    revocation::end(
        writing,
        living_of_lineage(writ, kept.as_ref()),
        By::Client(&writ.client_id),
    )?;
    let row = task::live_until(writing, &writ.client_id, &writ.task_id, writ.exp)?;
    writing.record_about(row, &release.event)
}
