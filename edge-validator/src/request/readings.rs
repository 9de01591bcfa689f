//! The readings of one attempt: all ways in which an upstream may read it. The edge judges all
//! readings, and all must get the same verdict.
//!
//! A `+` in the query has two readings, a `+` in the form has two more, and numbers have two: exact
//! and floating-point. So there are at most eight readings, whatever the request. An upstream reads
//! every `+` of one part alike. But it may round one number and keep another: `json` of Python
//! rounds fractions and keeps integers. So one grant has to permit the request in both readings of
//! numbers. Such a grant permits every mixture of them.

use crate::operation::Operation;
use crate::operation::param::ParamValues;
use crate::reason::{Objection, Reason};
use crate::record::context::{RefusedAttempt, Subject};
use alloc::string::ToString as _;
use alloc::sync::Arc;
use alloc::vec::Vec;
use edgewrit_shared::grant::attempt::{Attempt, Param};

/// The values of an attempt in every reading. All readings have the same action and resource.
#[derive(Debug)]
pub(crate) struct ValueReadings {
    pub(crate) first: ParamValues,
    /// The values of other readings of `+`, if they differ: of the query, of the form, of both.
    pub(crate) others: Vec<ParamValues>,
    /// The reason of the refusal if the readings get different verdicts.
    pub(crate) differ: Reason,
}

/// One attempt in every reading, or the objection to a reading.
#[derive(Debug)]
pub(crate) struct Readings {
    /// The operation and the resource of all readings.
    pub(crate) subject: Subject,
    pub(crate) first: Result<Attempt, Objection>,
    pub(crate) others: Vec<OtherReading>,
}

/// A reading besides the first.
#[derive(Debug)]
pub(crate) struct OtherReading {
    pub(crate) attempt: Result<Attempt, Objection>,
    /// The objection if this reading gets another verdict than the first.
    pub(crate) differ: Objection,
}

impl ValueReadings {
    /// The readings of the attempt: the readings of `+` first, each followed by its reading in
    /// floating point.
    pub(crate) fn into_readings(self, operation: &Arc<Operation>, resource: &Arc<str>) -> Readings {
        let all = core::iter::once(&self.first).chain(&self.others);
        let in_doubles: Vec<_> = all
            .filter_map(|values| in_doubles(values, operation, resource))
            .collect();
        let plus = self.others.into_iter().map(|values| OtherReading {
            attempt: make_attempt(values, operation, resource),
            differ: self.differ.into(),
        });
        Readings {
            subject: Subject::new(operation, Some(resource)),
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

/// The attempt of a floating-point reader for `values`; `None` if it is surely the same.
fn in_doubles(values: &ParamValues, operation: &Operation, resource: &str) -> Option<OtherReading> {
    let (param, values) = values.in_doubles()?;
    let differ = operation.param_objection(Reason::NumberPrecision, param);
    let attempt = if values.iter().any(Param::is_beyond_doubles) {
        Err(differ.clone())
    } else {
        make_attempt(values, operation, resource)
    };
    Some(OtherReading { attempt, differ })
}

impl OtherReading {
    /// Whether this is a reading of numbers in floating point.
    pub(crate) fn is_in_doubles(&self) -> bool {
        self.differ.reason == Reason::NumberPrecision
    }
}

impl Readings {
    /// The refusal of the attempt by `objection`.
    pub(crate) fn refuse(&self, objection: Objection) -> RefusedAttempt {
        RefusedAttempt {
            subject: Some(self.subject.clone()),
            objection,
        }
    }

    /// The attempts of all readings that have one.
    pub(crate) fn iter_attempts(&self) -> impl Iterator<Item = &Attempt> + Clone {
        let others = self.others.iter().map(|other| &other.attempt);
        core::iter::once(&self.first).chain(others).flatten()
    }

    /// The attempts of the readings of `+`, with exact numbers.
    pub(crate) fn into_exact_attempts(self) -> impl Iterator<Item = Attempt> {
        let others = self.others.into_iter();
        let plus = others.filter(|other| !other.is_in_doubles());
        core::iter::once(self.first)
            .chain(plus.map(|other| other.attempt))
            .filter_map(Result::ok)
    }
}
