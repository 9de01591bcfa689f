//! The decision on an attempt. Only this file makes an [`Authorization`].

use crate::issuer::uses::Spent;
use crate::reason::{Objection, Reason};
use crate::request::readings::AttemptReadings;
use crate::writ::Writ;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use edgewrit_shared::grant::attempt::Attempt;
use edgewrit_shared::grant::{Decision, Grant, GrantId, Grants, Spend};
use edgewrit_shared::small_code::heap_sort::sorted;
use edgewrit_shared::time::UnixSeconds;

/// Proof that one request may be sent: a grant without limit permits it, or the allowance of a
/// grant was debited.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Authorization {
    grant: GrantId,
    spent: bool,
}

impl Authorization {
    /// The grant that permits the request.
    pub(crate) fn grant(self) -> GrantId {
        self.grant
    }

    /// Whether a use was spent on the request.
    pub(crate) fn spent(self) -> bool {
        self.spent
    }
}

/// The decision of the grants on an attempt that they permit.
#[derive(Debug)]
pub(crate) enum Decided {
    /// A grant without limit permits the attempt.
    Permit(Authorization),
    /// Only grants with limited uses permit the attempt.
    NeedsSpend(RequiredSpend),
}

/// The grant that permits an attempt.
#[derive(Debug)]
pub(crate) struct PermittingGrant<'g> {
    /// The grant; the least by canonical bytes if several do.
    pub(crate) grant: &'g Grant,
    /// The spend that is required first; `None` if a grant without limit permits.
    pub(crate) required_spend: Option<RequiredSpend>,
}

impl PermittingGrant<'_> {
    fn costs_the_same_as(&self, other: &Self) -> bool {
        match (&self.required_spend, &other.required_spend) {
            (Some(own), Some(other)) => own.allowances == other.allowances && own.until == other.until,
            (own, other) => own.is_none() && other.is_none(),
        }
    }
}

/// The spend of an attempt that is permitted once one of its allowances has been debited.
#[derive(Debug)]
pub(crate) struct RequiredSpend {
    /// The allowances, sorted, each once.
    allowances: Vec<String>,
    /// For each allowance, the least of its permitting grants.
    grants: Vec<GrantId>,
    /// The earliest end of the windows of these grants.
    until: Option<UnixSeconds>,
}

impl RequiredSpend {
    fn of(spend: &Spend<'_>) -> Self {
        let payers = spend.permitting().enumerate().filter_map(|(place, grant)| {
            let allowance = grant.uses()?.allowance.as_deref()?;
            Some((allowance, place, grant.id()))
        });
        let mut payers = sorted(payers);
        payers.dedup_by_key(|(allowance, ..)| *allowance);
        Self {
            allowances: payers.iter().map(|(allowance, ..)| String::from(*allowance)).collect(),
            grants: payers.iter().map(|(.., grant)| *grant).collect(),
            until: spend.until(),
        }
    }

    /// The allowances of which one can be debited.
    pub(crate) fn allowances(&self) -> &[String] {
        &self.allowances
    }

    /// Objects if the grants are no longer valid at `now`. The steps call it after every wait.
    pub(crate) fn revalidate(&self, now: UnixSeconds) -> Result<(), Objection> {
        match self.until {
            Some(end) if now >= end => Err(Objection::new(
                Reason::NotGranted,
                "the grant's window ended during the wait",
            )),
            _ => Ok(()),
        }
    }

    /// The authorization, for proof that one of [`Self::allowances`] was debited.
    pub(crate) fn authorize(self, spent: Spent) -> Option<Authorization> {
        let place = self.allowances.iter().position(|own| *own == spent.allowance)?;
        let grant = *self.grants.get(place)?;
        Some(Authorization { grant, spent: true })
    }
}

/// Decides an attempt by the grants of a writ.
pub(crate) fn decide(writ: &Writ, attempts: &AttemptReadings, now: UnixSeconds) -> Result<Decided, Objection> {
    let PermittingGrant { grant, required_spend } = decide_by_grants(writ.verified.grants(), attempts, now)?;
    Ok(match required_spend {
        Some(required_spend) => Decided::NeedsSpend(required_spend),
        None => Decided::Permit(Authorization {
            grant: writ.grant_id(grant),
            spent: false,
        }),
    })
}

/// Decides every reading of an attempt. All readings must get the same decision and require the
/// same spend. If floating point changes a number, one grant must permit all readings.
pub(crate) fn decide_by_grants<'g>(
    grants: &'g Grants,
    attempts: &'g AttemptReadings,
    now: UnixSeconds,
) -> Result<PermittingGrant<'g>, Objection> {
    let first = decide_reading(grants, &attempts.first, now);
    let permitting = attempts.others.iter().fold(first, |first, other| {
        match (first, decide_reading(grants, &other.attempt, now)) {
            (Ok(first), Ok(other)) if first.costs_the_same_as(&other) => Ok(first),
            (Err(first), Err(_)) => Err(first),
            // The exact reading names the cause if no grant permits it.
            (Err(first), Ok(_)) if other.is_in_doubles() => Err(first),
            _ => Err(other.differ.clone()),
        }
    })?;
    match attempts.others.iter().find(|other| other.is_in_doubles()) {
        // Some readers round some numbers of a request and keep others.
        Some(other) if !grants.one_permits_all(attempts.iter_attempts(), permitting.required_spend.is_some(), now) => {
            Err(other.differ.clone())
        }
        _ => Ok(permitting),
    }
}

fn decide_reading<'g>(
    grants: &'g Grants,
    attempt: &'g Result<Attempt, Objection>,
    now: UnixSeconds,
) -> Result<PermittingGrant<'g>, Objection> {
    match grants.decide(attempt.as_ref().map_err(Clone::clone)?, now) {
        Decision::Permit { grant, spend } => Ok(PermittingGrant {
            grant,
            required_spend: spend.is_needed().then(|| RequiredSpend::of(&spend)),
        }),
        Decision::Refuse(miss) => Err(Objection::new(Reason::NotGranted, miss.reason.to_string())),
    }
}
