//! The decision on the attempts of a request. Only this file makes an [`Authorization`].

use crate::issuer::uses::Spent;
use crate::reason::{Objection, Reason};
use crate::record::context::{RefusedAttempt, Subject};
use crate::request::readings::Readings;
use crate::writ::Writ;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use edgewrit_shared::grant::attempt::Attempt;
use edgewrit_shared::grant::{Decision, Grant, GrantId, Grants, Spend};
use edgewrit_shared::small_code::heap_sort::sorted;
use edgewrit_shared::time::UnixSeconds;

/// Proof that one request may be sent: for each attempt, a grant without limit permits it, or the
/// allowance of a grant was debited.
#[derive(Debug)]
pub(crate) struct Authorization {
    /// The grants of all attempts, each once.
    grants: Vec<GrantId>,
    spent: bool,
    ends: GrantEnds,
}

/// The attempts, with or without a debit, whose grants have windows that end.
#[derive(Debug, Default)]
struct GrantEnds(Vec<(Subject, UnixSeconds)>);

impl Authorization {
    /// The grants that permit the attempts of the request, each once.
    pub(crate) fn grants(&self) -> &[GrantId] {
        &self.grants
    }

    /// Whether a use was spent on the request.
    pub(crate) fn spent(&self) -> bool {
        self.spent
    }

    /// Objects if the grants of an attempt are no longer valid at `now`. The steps call it after
    /// every wait.
    pub(crate) fn revalidate(&self, now: UnixSeconds) -> Result<(), RefusedAttempt> {
        self.ends.check(now)
    }
}

impl GrantEnds {
    fn add(&mut self, subject: &Subject, end: Option<UnixSeconds>) {
        self.0.extend(end.map(|end| (subject.clone(), end)));
    }

    fn check(&self, now: UnixSeconds) -> Result<(), RefusedAttempt> {
        match self.0.iter().find(|(_, end)| now >= *end) {
            Some((subject, _)) => Err(RefusedAttempt {
                subject: Some(subject.clone()),
                objection: Objection::new(Reason::NotGranted, "the grant's window ended during the wait"),
            }),
            None => Ok(()),
        }
    }
}

/// The decision of the grants on attempts that they all permit.
#[derive(Debug)]
pub(crate) enum Decided {
    /// Grants without limit permit all attempts.
    Permit(Authorization),
    /// Only grants with limited uses permit some of the attempts.
    NeedsSpend(RequiredSpend),
}

/// The grant that permits an attempt.
#[derive(Debug)]
pub(crate) struct PermittingGrant<'g> {
    /// The grant; the least by canonical bytes if several do.
    pub(crate) grant: &'g Grant,
    /// The debit that is required first; `None` if a grant without limit permits.
    pub(crate) debit: Option<Debit>,
    /// The end of the permit, after which a new decision is necessary.
    until: Option<UnixSeconds>,
}

impl PermittingGrant<'_> {
    fn costs_the_same_as(&self, other: &Self) -> bool {
        match (&self.debit, &other.debit) {
            (Some(own), Some(other_debit)) => own.allowances == other_debit.allowances && self.until == other.until,
            (own, other) => own.is_none() && other.is_none(),
        }
    }

    /// The same permit, which also ends at `end`.
    fn limit_to(mut self, end: Option<UnixSeconds>) -> Self {
        self.until = self.until.into_iter().chain(end).min();
        self
    }
}

/// The debit that permits one attempt, of one of these allowances.
#[derive(Debug)]
pub(crate) struct Debit {
    /// The allowances, sorted, each once.
    allowances: Vec<String>,
    /// For each allowance, the least of its permitting grants.
    grants: Vec<GrantId>,
}

/// The spend of a request that is permitted once every [`Debit`] was made.
#[derive(Debug)]
pub(crate) struct RequiredSpend {
    /// The grants of the attempts that spend nothing.
    unlimited: Vec<GrantId>,
    /// The debits of the other attempts, in the order of the request.
    debits: Vec<Debit>,
    ends: GrantEnds,
}

impl Debit {
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
        }
    }

    /// The allowances of which one can be debited.
    pub(crate) fn allowances(&self) -> &[String] {
        &self.allowances
    }

    /// The grant that permits the attempt, if this allowance was debited.
    fn grant_for(&self, allowance: &str) -> Option<GrantId> {
        let place = self.allowances.iter().position(|own| own == allowance)?;
        self.grants.get(place).copied()
    }
}

impl RequiredSpend {
    /// For each attempt that spends, the allowances of which one is debited.
    pub(crate) fn debits(&self) -> impl Iterator<Item = &[String]> {
        self.debits.iter().map(Debit::allowances)
    }

    /// Objects if the grants of an attempt are no longer valid at `now`. The steps call it after
    /// every wait.
    pub(crate) fn revalidate(&self, now: UnixSeconds) -> Result<(), RefusedAttempt> {
        self.ends.check(now)
    }

    /// The authorization, for proof that one allowance was debited for each of [`Self::debits`].
    pub(crate) fn authorize(self, spent: &Spent) -> Option<Authorization> {
        if spent.allowances.len() != self.debits.len() {
            return None;
        }
        let mut grants = self.unlimited;
        for (debit, allowance) in self.debits.iter().zip(&spent.allowances) {
            add_distinct(&mut grants, debit.grant_for(allowance)?);
        }
        Some(Authorization {
            grants,
            spent: true,
            ends: self.ends,
        })
    }
}

fn add_distinct(grants: &mut Vec<GrantId>, grant: GrantId) {
    if !grants.contains(&grant) {
        grants.push(grant);
    }
}

/// Decides all attempts of a request by the grants of a writ. The first attempt that no grant
/// permits refuses all.
pub(crate) fn decide(writ: &Writ, attempts: &[Readings], now: UnixSeconds) -> Result<Decided, RefusedAttempt> {
    let (mut unlimited, mut debits, mut ends) = (Vec::new(), Vec::new(), GrantEnds::default());
    for readings in attempts {
        let permitting = decide_by_grants(writ.verified.grants(), readings, now);
        let PermittingGrant { grant, debit, until } = permitting.map_err(|objection| readings.refuse(objection))?;
        ends.add(&readings.subject, until);
        match debit {
            Some(debit) => debits.push(debit),
            None => add_distinct(&mut unlimited, writ.grant_id(grant)),
        }
    }
    if debits.is_empty() {
        return Ok(Decided::Permit(Authorization {
            grants: unlimited,
            spent: false,
            ends,
        }));
    }
    Ok(Decided::NeedsSpend(RequiredSpend {
        unlimited,
        debits,
        ends,
    }))
}

/// Decides every reading of an attempt. All readings must get the same decision and require the
/// same spend. If floating point changes a number, one grant must permit all readings.
pub(crate) fn decide_by_grants<'g>(
    grants: &'g Grants,
    readings: &'g Readings,
    now: UnixSeconds,
) -> Result<PermittingGrant<'g>, Objection> {
    let first = decide_reading(grants, &readings.first, now);
    let permitting = readings.others.iter().fold(first, |first, other| {
        match (first, decide_reading(grants, &other.attempt, now)) {
            (Ok(first), Ok(other)) if first.costs_the_same_as(&other) => Ok(first.limit_to(other.until)),
            (Err(first), Err(_)) => Err(first),
            // The exact reading names the cause if no grant permits it.
            (Err(first), Ok(_)) if other.is_in_doubles() => Err(first),
            _ => Err(other.differ.clone()),
        }
    })?;
    match readings.others.iter().find(|other| other.is_in_doubles()) {
        // Some readers round some numbers of a request and keep others.
        Some(other) => match grants.find_common_grant(readings.iter_attempts(), permitting.debit.is_some(), now) {
            Some(common) => Ok(permitting.limit_to(common.window().not_after)),
            None => Err(other.differ.clone()),
        },
        None => Ok(permitting),
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
            debit: spend.is_needed().then(|| Debit::of(&spend)),
            until: spend.until(),
        }),
        Decision::Refuse(miss) => Err(Objection::new(Reason::NotGranted, miss.reason.to_string())),
    }
}
