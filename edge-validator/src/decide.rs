//! The decision, and the only maker of leave.

use crate::operation::Operation;
use crate::operation::param::Values;
use crate::reason::{self, Objection};
use crate::spend::Spent;
use crate::writ::Writ;
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use edgewrit_shared::attempt::Attempt;
use edgewrit_shared::grant::Decision;

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
#[derive(Debug)]
pub(crate) struct Limited {
    /// Sorted, each once.
    allowances: Vec<String>,
}

impl Limited {
    /// The allowances that could be debited.
    pub(crate) fn allowances(&self) -> &[String] {
        &self.allowances
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

/// Decides an attempt: every reading of it must get the same verdict.
pub(crate) fn decide(
    writ: &Writ,
    operation: &Operation,
    resource: &str,
    readings: Readings,
) -> Result<Granted, Objection> {
    let verdict = |values: Values| {
        let attempt = Attempt {
            action: operation.action.clone(),
            resource: resource.to_string(),
            params: values.named(&operation.params)?,
        };
        verdict(writ, &attempt)
    };
    let first = verdict(readings.first);
    let allowances = match readings.second.map(verdict) {
        None => first,
        Some(second) => agree(first, second),
    }?;
    Ok(match allowances {
        None => Granted::Freely(Leave { spent: false }),
        Some(allowances) => Granted::Limited(Limited { allowances }),
    })
}

/// The allowances of which one must be debited; `None` if a grant without limit permits.
fn verdict(writ: &Writ, attempt: &Attempt) -> Result<Option<Vec<String>>, Objection> {
    match writ.verified.grants().decide(attempt) {
        Decision::Permit { spend, .. } if spend.is_needed() => {
            let ids: BTreeSet<&str> = spend.allowances().collect();
            Ok(Some(ids.into_iter().map(String::from).collect()))
        }
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
