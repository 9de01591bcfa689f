//! The attempts of one request: one, or as many as its body names. All must be permitted.

use crate::operation::Operation;
use crate::reason::Objection;
#[cfg(test)]
use crate::reason::Reason;
use crate::record::context::{RefusedAttempt, Subject};
use crate::request::readings::{Readings, ValueReadings};
#[cfg(test)]
use alloc::format;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
#[cfg(test)]
use edgewrit_shared::limits::ATTEMPTS_PER_REQUEST;

/// One attempt, with its values as far as they were read.
#[derive(Debug)]
pub(crate) struct AttemptValues {
    pub(crate) operation: Arc<Operation>,
    pub(crate) resource: Arc<str>,
    pub(crate) values: ValueReadings,
}

/// The attempts of one request, in the order of the request: at least one, and at most
/// [`ATTEMPTS_PER_REQUEST`](edgewrit_shared::limits::ATTEMPTS_PER_REQUEST).
#[derive(Debug)]
pub(crate) struct Attempts(Vec<Readings>);

impl AttemptValues {
    pub(crate) fn subject(&self) -> Subject {
        Subject::new(&self.operation, Some(&self.resource))
    }

    fn into_readings(self) -> Readings {
        self.values.into_readings(&self.operation, &self.resource)
    }

    /// An objection to this attempt.
    pub(crate) fn refuse(&self, objection: Objection) -> RefusedAttempt {
        RefusedAttempt {
            subject: Some(self.subject()),
            objection,
        }
    }
}

impl Attempts {
    /// The only attempt of a request.
    pub(crate) fn one(attempt: AttemptValues) -> Self {
        Self(vec![attempt.into_readings()])
    }

    /// The attempts that `read` makes of the calls in a body. No call, which nothing could refuse,
    /// is an objection, and so are too many, of which none is read. No shipped protocol has calls
    /// yet.
    #[cfg(test)]
    pub(crate) fn read_calls<T>(
        calls: &[T],
        read: impl Fn(&T) -> Result<AttemptValues, RefusedAttempt>,
    ) -> Result<Self, RefusedAttempt> {
        match calls.len() {
            0 => Err(Objection::new(Reason::BodyShape, "no attempt").into()),
            1..=ATTEMPTS_PER_REQUEST => {
                let attempts = calls.iter().map(|call| read(call).map(AttemptValues::into_readings));
                attempts.collect::<Result<_, _>>().map(Self)
            }
            _ => {
                let explanation = format!("more than {ATTEMPTS_PER_REQUEST} attempts");
                Err(Objection::new(Reason::BodyLimit, explanation).into())
            }
        }
    }

    pub(crate) fn as_slice(&self) -> &[Readings] {
        &self.0
    }

    pub(crate) fn into_vec(self) -> Vec<Readings> {
        self.0
    }

    /// The subject of the only attempt; `None` if there are several.
    pub(crate) fn only_subject(&self) -> Option<&Subject> {
        match self.0.as_slice() {
            [only] => Some(&only.subject),
            _ => None,
        }
    }
}
