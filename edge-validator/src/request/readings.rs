//! The ways in which an upstream may read one request. All of them are judged, and none may get
//! another verdict.
//!
//! A `+` in the query has two, one in the form two more, and numbers have two: as they are written,
//! and in floating point. So there are eight at most, whatever the request. An upstream reads every
//! `+` of one part alike. But it may round one number and keep another: Python's `json` rounds
//! fractions and keeps integers. So one grant has to permit the request in both readings of numbers,
//! and then permits every mixture of them.

use crate::operation::Operation;
use crate::operation::param::ParamValues;
use crate::reason::{self, Objection, Reason};
use alloc::string::ToString as _;
use alloc::vec::Vec;
use edgewrit_shared::attempt::{Attempt, Param};

/// What the request says, as the upstream may read it. All readings have the same action and
/// resource.
#[derive(Debug)]
pub(crate) struct ValueReadings {
    pub(crate) first: ParamValues,
    /// OtherReading readings of `+`, if they give other values: of the query, of the form, of both.
    pub(crate) others: Vec<ParamValues>,
    /// What is said if they get another verdict.
    pub(crate) differ: Reason,
}

/// What each reading attempts, or why it attempts nothing.
#[derive(Debug)]
pub(crate) struct AttemptReadings {
    pub(crate) first: Result<Attempt, Objection>,
    pub(crate) others: Vec<OtherReading>,
}

/// Another reading than the first.
#[derive(Debug)]
pub(crate) struct OtherReading {
    pub(crate) attempt: Result<Attempt, Objection>,
    /// What is said if it gets another verdict.
    pub(crate) differ: Objection,
}

impl ValueReadings {
    /// What each reading attempts: those of `+` first, and of each of them the one in floating
    /// point behind them.
    pub(crate) fn into_attempts(self, operation: &Operation, resource: &str) -> AttemptReadings {
        let all = core::iter::once(&self.first).chain(&self.others);
        let in_doubles: Vec<_> = all
            .filter_map(|values| in_doubles(values, operation, resource))
            .collect();
        let plus = self.others.into_iter().map(|values| OtherReading {
            attempt: make_attempt(values, operation, resource),
            differ: self.differ.into(),
        });
        AttemptReadings {
            others: plus.chain(in_doubles).collect(),
            first: make_attempt(self.first, operation, resource),
        }
    }
}

fn make_attempt(values: ParamValues, operation: &Operation, resource: &str) -> Result<Attempt, Objection> {
    Ok(Attempt {
        action: operation.action.clone(),
        resource: resource.to_string(),
        params: values.into_named(&operation.params)?,
    })
}

/// What `values` attempt to a reader in floating point; `None` if that is surely the same.
fn in_doubles(values: &ParamValues, operation: &Operation, resource: &str) -> Option<OtherReading> {
    let (index, values) = values.in_doubles()?;
    let differ = operation.param_objection(reason::NUMBER_PRECISION, index);
    let attempt = if values.iter().any(Param::is_beyond_doubles) {
        Err(differ.clone())
    } else {
        make_attempt(values, operation, resource)
    };
    Some(OtherReading { attempt, differ })
}

impl OtherReading {
    /// Whether it is one of numbers in floating point.
    pub(crate) fn is_in_doubles(&self) -> bool {
        self.differ.reason == reason::NUMBER_PRECISION
    }
}

impl AttemptReadings {
    /// Every reading that attempts something.
    pub(crate) fn iter_attempts(&self) -> impl Iterator<Item = &Attempt> + Clone {
        let others = self.others.iter().map(|other| &other.attempt);
        core::iter::once(&self.first).chain(others).flatten()
    }

    /// The readings of `+` that attempt something. Numbers are as they are written.
    pub(crate) fn into_exact_attempts(self) -> impl Iterator<Item = Attempt> {
        let others = self.others.into_iter();
        let plus = others.filter(|other| !other.is_in_doubles());
        core::iter::once(self.first)
            .chain(plus.map(|other| other.attempt))
            .filter_map(Result::ok)
    }
}
