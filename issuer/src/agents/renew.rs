//! Renewal: a writ is replaced by one successor, and invalid at once. The lineage goes on, up to
//! the longest lifetime that a writ can have.

use super::{AgentError, Agents};
use crate::audit::{Event, EventKind, RequestInfo};
use crate::base::id;
use crate::store::{Renew, RenewOutcome};
use crate::tokens::lineage::born;
use crate::tokens::mint::SignedWrit;
use crate::tokens::status::of_writ;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::Verified;
use edgewrit_shared::token::claims::Claims;

impl Agents {
    /// Replaces `writ` by a successor with the same authority and lifetime. Of many requests
    /// at once, one gets it.
    ///
    /// # Errors
    /// [`AgentError`]; the writ is what it was.
    pub(crate) async fn renew(&self, writ: &Verified, info: &RequestInfo) -> Result<SignedWrit, AgentError> {
        let (claims, now) = (writ.claims(), self.clock.now().seconds());
        let next = self.build_successor(claims, now).await?;
        let renewed = self.mint.issue(&next).await?;
        let forestalled = of_writ(Event::denied(EventKind::TokenRenewalFailed).in_request(info), claims);
        let renew = Renew {
            targets: writ.targets().collect(),
            old: claims.clone(),
            renewed: of_writ(Event::done(EventKind::TokenRenewed).in_request(info), &next),
            next,
            forestalled,
        };
        match self.store.renew(renew).await? {
            RenewOutcome::Renewed => Ok(renewed),
            RenewOutcome::Forestalled => Err(AgentError::Unauthorized("renewed or revoked meanwhile")),
        }
    }

    /// The claims of the successor of a writ.
    async fn build_successor(&self, old: &Claims, now: UnixSeconds) -> Result<Claims, AgentError> {
        let find = self.store.find_lineages(old.anc.clone());
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
