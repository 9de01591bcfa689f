//! The decision, and the only maker of leave.

use crate::operation::Operation;
use crate::operation::param::Values;
use crate::reason::{self, Objection};
use crate::spend::Spent;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use edgewrit_shared::attempt::Attempt;
use edgewrit_shared::grant::{Decision, Grants};
use edgewrit_shared::sorted::distinct;
use edgewrit_shared::time::UnixSeconds;

/// Leave to send one request. Made here alone: by a grant without limit, or by a grant whose allowance was debited.
#[derive(Debug)]
pub(crate) struct Leave {
    spent: bool,
}

impl Leave {
    /// Whether a use was spent on it.
    pub(crate) fn spent(&self) -> bool {
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

/// An attempt that is permitted once one of its allowances has been debited.
#[derive(Debug, PartialEq)]
pub(crate) struct Limited {
    /// Sorted, each once.
    allowances: Vec<String>,
    /// When the first of the grants behind them ends.
    until: Option<UnixSeconds>,
}

impl Limited {
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

    /// Leave, for proof that one was debited.
    pub(crate) fn paid(self, _: Spent) -> Leave {
        Leave { spent: true }
    }
}

/// What the request says, as the upstream may read it. All readings have the same action and resource.
#[derive(Debug)]
pub(crate) struct Readings {
    pub(crate) first: Values,
    /// Another reading of `+` in the query, if it gives other values.
    pub(crate) second: Option<Values>,
}

/// What each reading attempts, or why it attempts nothing.
#[derive(Debug)]
pub(crate) struct Attempts {
    pub(crate) first: Result<Attempt, Objection>,
    pub(crate) second: Option<Result<Attempt, Objection>>,
}

impl Readings {
    /// What each reading attempts.
    pub(crate) fn attempts(self, operation: &Operation, resource: &str) -> Attempts {
        let attempt = |values: Values| {
            Ok(Attempt {
                action: operation.action.clone(),
                resource: resource.to_string(),
                params: values.named(&operation.params)?,
            })
        };
        Attempts {
            first: attempt(self.first),
            second: self.second.map(attempt),
        }
    }
}

/// Decides an attempt: leave to make it, or what has to be debited first.
pub(crate) fn decide(grants: &Grants, attempts: &Attempts, now: UnixSeconds) -> Result<Granted, Objection> {
    let limited = judge(grants, attempts, now)?;
    Ok(limited.map_or(Granted::Freely(Leave { spent: false }), Granted::Limited))
}

/// What must be debited; `None` if a grant without limit permits. Every reading must get the same verdict.
pub(crate) fn judge(grants: &Grants, attempts: &Attempts, now: UnixSeconds) -> Result<Option<Limited>, Objection> {
    let verdict = |attempt: &Result<Attempt, Objection>| match attempt {
        Ok(attempt) => verdict(grants, attempt, now),
        Err(objection) => Err(objection.clone()),
    };
    let first = verdict(&attempts.first);
    match attempts.second.as_ref().map(verdict) {
        None => first,
        Some(second) => agree(first, second),
    }
}

fn verdict(grants: &Grants, attempt: &Attempt, now: UnixSeconds) -> Result<Option<Limited>, Objection> {
    match grants.decide(attempt, now) {
        Decision::Permit { spend, .. } if spend.is_needed() => Ok(Some(Limited {
            allowances: distinct(spend.allowances()).into_iter().map(String::from).collect(),
            until: spend.until(),
        })),
        Decision::Permit { .. } => Ok(None),
        Decision::Refuse(miss) => Err(reason::NOT_GRANTED.because(miss.reason.to_string())),
    }
}

/// One verdict of two, or an objection to their difference.
pub(crate) fn agree<T: PartialEq>(first: Result<T, Objection>, second: Result<T, Objection>) -> Result<T, Objection> {
    match (first, second) {
        (Ok(first), Ok(second)) if first == second => Ok(first),
        (Err(first), Err(_)) => Err(first),
        _ => Err(reason::QUERY_PLUS.into()),
    }
}
