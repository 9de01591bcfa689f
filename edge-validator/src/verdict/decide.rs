//! The decision, and the only maker of leave.

use crate::issuer::uses::Spent;
use crate::reason::{self, Objection};
use crate::request::readings::Attempts;
use crate::writ::Writ;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use edgewrit_shared::attempt::Attempt;
use edgewrit_shared::grant::{Decision, Grant, GrantId, Grants, Spend};
use edgewrit_shared::sorted::sorted;
use edgewrit_shared::time::UnixSeconds;

/// Leave to send one request. Made here alone: by a grant without limit, or by a grant whose allowance was debited.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leave {
    grant: GrantId,
    spent: bool,
}

impl Leave {
    /// The grant that gives it.
    pub(crate) fn grant(self) -> GrantId {
        self.grant
    }

    /// Whether a use was spent on it.
    pub(crate) fn spent(self) -> bool {
        self.spent
    }
}

/// What grants make of an attempt.
#[derive(Debug)]
pub(crate) enum Granted {
    /// A grant without limit permits it.
    Freely(Leave),
    /// Only grants with limited uses permit it.
    Limited(Limited),
}

/// What permits an attempt.
#[derive(Debug)]
pub(crate) struct Permitting<'g> {
    /// The grant; the least by canonical bytes if several do.
    pub(crate) grant: &'g Grant,
    /// What has to be debited first; `None` if a grant without limit permits.
    pub(crate) limited: Option<Limited>,
}

impl Permitting<'_> {
    fn costs_what(&self, other: &Self) -> bool {
        match (&self.limited, &other.limited) {
            (Some(own), Some(other)) => own.allowances == other.allowances && own.until == other.until,
            (own, other) => own.is_none() && other.is_none(),
        }
    }
}

/// An attempt that is permitted once one of its allowances has been debited.
#[derive(Debug)]
pub(crate) struct Limited {
    /// Sorted, each once.
    allowances: Vec<String>,
    /// For each, the least of the permitting grants that it counts for.
    grants: Vec<GrantId>,
    /// When the first of the grants behind them ends.
    until: Option<UnixSeconds>,
}

impl Limited {
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

    /// The allowances that could be debited.
    pub(crate) fn allowances(&self) -> &[String] {
        &self.allowances
    }

    /// Whether the grants still count at `now`. Asked again after every wait.
    pub(crate) fn stands(&self, now: UnixSeconds) -> Result<(), Objection> {
        match self.until {
            Some(end) if now >= end => Err(reason::NOT_GRANTED.because("the grant's window ended during the wait")),
            _ => Ok(()),
        }
    }

    /// Leave, for proof that one of [`Self::allowances`] was debited.
    pub(crate) fn paid(self, spent: Spent) -> Option<Leave> {
        let place = self.allowances.iter().position(|own| *own == spent.allowance)?;
        let grant = *self.grants.get(place)?;
        Some(Leave { grant, spent: true })
    }
}

/// Decides an attempt: leave to make it, or what has to be debited first.
pub(crate) fn decide(writ: &Writ, attempts: &Attempts, now: UnixSeconds) -> Result<Granted, Objection> {
    let Permitting { grant, limited } = judge(writ.verified.grants(), attempts, now)?;
    Ok(match limited {
        Some(limited) => Granted::Limited(limited),
        None => Granted::Freely(Leave {
            grant: writ.grant_id(grant),
            spent: false,
        }),
    })
}

/// What permits. Every reading must get the same verdict, and ask for the same to be debited. Where
/// floating point changes a number, one grant has to permit all of them.
pub(crate) fn judge<'g>(
    grants: &'g Grants,
    attempts: &'g Attempts,
    now: UnixSeconds,
) -> Result<Permitting<'g>, Objection> {
    let first = verdict(grants, &attempts.first, now);
    let permitting = attempts.others.iter().fold(first, |first, other| {
        match (first, verdict(grants, &other.attempt, now)) {
            (Ok(first), Ok(other)) if first.costs_what(&other) => Ok(first),
            (Err(first), Err(_)) => Err(first),
            // What is not granted as it is written is refused for that.
            (Err(first), Ok(_)) if other.is_in_doubles() => Err(first),
            _ => Err(other.differ.clone()),
        }
    })?;
    match attempts.others.iter().find(|other| other.is_in_doubles()) {
        // Many a reader rounds some numbers of a request and keeps others.
        Some(other) if !grants.one_permits_all(attempts.made(), permitting.limited.is_some(), now) => {
            Err(other.differ.clone())
        }
        _ => Ok(permitting),
    }
}

fn verdict<'g>(
    grants: &'g Grants,
    attempt: &'g Result<Attempt, Objection>,
    now: UnixSeconds,
) -> Result<Permitting<'g>, Objection> {
    match grants.decide(attempt.as_ref().map_err(Clone::clone)?, now) {
        Decision::Permit { grant, spend } => Ok(Permitting {
            grant,
            limited: spend.is_needed().then(|| Limited::of(&spend)),
        }),
        Decision::Refuse(miss) => Err(reason::NOT_GRANTED.because(miss.reason.to_string())),
    }
}
