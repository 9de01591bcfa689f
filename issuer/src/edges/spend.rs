//! Debits of uses: the last step of an edge before it forwards.

use super::Edges;
use crate::audit::{Event, EventKind, RequestInfo};
use crate::base::from::from;
use crate::base::id;
use crate::base::id::NoRandomness;
use crate::registry::RegisteredEdge;
use crate::store::rows::spend::{SpendOutcome, SpendRequest};
use crate::store::{BeginBoot, DebitUses, StoreError};
use crate::tokens::bundle::BuildBundleError;
use crate::tokens::status::of_writ;
use edgewrit_shared::edge_api::uses::DebitRequest;
use edgewrit_shared::grant::Uses;
use edgewrit_shared::reason::Reason;
use edgewrit_shared::token::Verified;
use edgewrit_shared::token::claims::Authority;
use serde_json::json;
use std::collections::BTreeSet;

/// Why nothing was spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SpendError {
    /// The writ is not valid at this edge.
    Writ(Reason),
    /// The writ does not name this allowance.
    NotInWrit(String),
    /// The boot is not one of this edge.
    UnknownBoot,
    /// The edge used this counter for another request.
    CounterReused,
    /// No uses are left.
    Exhausted,
    /// The issuer does not know what is revoked.
    Bundle(BuildBundleError),
    /// The store refused.
    Store(StoreError),
    /// No randomness for an id.
    Random(NoRandomness),
}

from!(SpendError: Store(StoreError));

impl Edges {
    /// Gives `edge` the id of its boot, under which it numbers its requests from now on.
    ///
    /// # Errors
    /// `SpendError::Store` or `SpendError::Random`.
    pub(crate) async fn boot(&self, edge: &RegisteredEdge, info: &RequestInfo) -> Result<String, SpendError> {
        let now = self.clock.now();
        let boot_id = id::fresh(now).map_err(SpendError::Random)?;
        let event = Event::done(EventKind::EdgeBooted).edge(&edge.edge_id).in_request(info);
        let event = event.data(&json!({"edge_id": edge.edge_id, "boot_id": boot_id}));
        let begin = BeginBoot {
            boot_id: boot_id.clone(),
            edge_id: edge.edge_id.clone(),
            at: now.seconds(),
            event,
        };
        self.store.begin_boot(begin).await?;
        Ok(boot_id)
    }

    /// Spends for every attempt of `debit`, or for none. `request` is the hash by which a repetition
    /// is recognised.
    ///
    /// # Errors
    /// `SpendError`; nothing was spent.
    pub(crate) async fn spend(
        &self,
        edge: &RegisteredEdge,
        debit: DebitRequest,
        request: [u8; 32],
        info: &RequestInfo,
    ) -> Result<Vec<String>, SpendError> {
        // As an edge does it: the issuer does not take the edge's word for it.
        let checked = self.tokens.check_at(debit.writ.expose(), &edge.audience).await;
        let writ = checked
            .map_err(SpendError::Bundle)?
            .map_err(|error| SpendError::Writ(error.reason()))?;
        let now = self.clock.now();
        check_allowances(&writ, &debit.attempts)?;
        let spend = SpendRequest {
            edge_id: edge.edge_id.clone(),
            boot_id: debit.boot_id,
            counter: debit.counter,
            request,
            targets: writ.targets().collect(),
            iat: writ.claims().iat,
            exp: writ.claims().exp,
            attempts: debit.attempts,
        };
        let event = of_writ(Event::done(EventKind::UsesSpent), writ.claims()).edge(&edge.edge_id);
        let debit = DebitUses {
            spend,
            at: now.seconds(),
            event: event.in_request(info),
        };
        match self.store.debit(debit).await? {
            SpendOutcome::Debited(allowances) => Ok(allowances),
            SpendOutcome::Exhausted => Err(SpendError::Exhausted),
            SpendOutcome::UnknownBoot => Err(SpendError::UnknownBoot),
            SpendOutcome::CounterReused => Err(SpendError::CounterReused),
            SpendOutcome::Ended => Err(SpendError::Writ(Reason::TokenRevoked)),
        }
    }
}

/// Whether the writ itself names every allowance: what an edge lists is not trusted.
fn check_allowances(writ: &Verified, attempts: &[Vec<String>]) -> Result<(), SpendError> {
    let named: BTreeSet<&str> = match &writ.claims().authority {
        Authority::Scope(_) => BTreeSet::new(),
        Authority::Details(grants) => {
            let uses = grants.iter().filter_map(|grant| grant.uses());
            uses.filter_map(|Uses { allowance, .. }| allowance.as_deref()).collect()
        }
    };
    match attempts.iter().flatten().find(|id| !named.contains(id.as_str())) {
        Some(unnamed) => Err(SpendError::NotInWrit(unnamed.clone())),
        None => Ok(()),
    }
}
