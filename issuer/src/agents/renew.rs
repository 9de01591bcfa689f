//! Renewal: a writ is replaced by one successor, and invalid at once. The lineage goes on, up to
//! the longest life that a writ can have.

use super::register::is_active;
use super::{AgentError, Agents};
use crate::audit::{Event, EventKind, RequestInfo};
use crate::base::id;
use crate::store::revocation::{By, Living};
use crate::store::{Writing, lineage, revocation, task};
use crate::tokens::lineage::born;
use crate::tokens::mint::Writ;
use crate::tokens::status::of_writ;
use edgewrit_shared::bundle::revocation::{Level, Target};
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::Verified;
use edgewrit_shared::token::claims::Claims;

impl Agents {
    /// Replaces `writ` by a successor with the same authority and the same life. Of many requests
    /// at once, one gets it.
    ///
    /// # Errors
    /// [`AgentError`]; the writ is what it was.
    pub(crate) async fn renew(&self, writ: &Verified, info: &RequestInfo) -> Result<Writ, AgentError> {
        let (claims, now) = (writ.claims(), self.clock.now().seconds());
        let next = self.build_successor(claims, now).await?;
        let renewed = self.mint.issue(&next).await?;
        let event = of_writ(Event::done(EventKind::TokenRenewed).in_request(info), &next);
        let forestalled = of_writ(Event::denied(EventKind::TokenRenewalFailed).in_request(info), claims);
        let (old, targets) = (claims.clone(), writ.targets().collect::<Vec<_>>());
        let succeed = self.store.write(move |writing| {
            let standing = is_active(writing, &old.client_id)?
                && !revocation::is_revoked(writing, targets.iter().copied(), old.iat)?
                && lineage::succeed(writing, &old.lin, &old.jti, &next.jti, next.exp)?;
            if standing {
                revoke_renewed(writing, &old)?;
                let task = task::live_until(writing, &next.client_id, &next.task_id, next.exp)?;
                writing.record_about(task, &event)?;
            } else {
                let task = task::find(writing, &old.client_id, &old.task_id)?.map(|row| row.task);
                writing.record_about(task, &forestalled)?;
            }
            Ok(standing)
        });
        match succeed.await? {
            true => Ok(renewed),
            false => Err(AgentError::Unauthorized("renewed or revoked meanwhile")),
        }
    }

    /// The claims of the successor of a writ.
    async fn build_successor(&self, old: &Claims, now: UnixSeconds) -> Result<Claims, AgentError> {
        let ancestors = old.anc.clone();
        let find = self.store.read(move |reading| {
            let kept = ancestors.iter().map(|ancestor| lineage::find(reading, ancestor));
            kept.collect::<Result<Vec<_>, _>>()
        });
        // A delegated writ does not outlive the writs that it descends from.
        let mut end = self.within_ceiling_until(old, born(&old.lin).unwrap_or(old.iat))?;
        for ancestor in find.await? {
            end = ancestor.map_or(old.exp, |kept| kept.expires).min(end);
        }
        let exp = now.plus(old.exp.since(old.iat)).min(end);
        if exp <= now {
            return Err(AgentError::Unauthorized("the lineage is at its end"));
        }
        Ok(Claims {
            jti: format!("{}.{}", old.lin, id::fresh(self.clock.now())?),
            iat: now,
            nbf: now,
            exp,
            ..old.clone()
        })
    }
}

/// Ends the writ that was renewed, and nothing else of its lineage.
fn revoke_renewed(writing: &Writing<'_>, old: &Claims) -> rusqlite::Result<()> {
    let living = Living {
        target: Target::of(Level::Writ(&old.jti)),
        born: old.iat,
        expires: old.exp,
    };
    revocation::end(writing, living, By::Client(&old.client_id))
}
