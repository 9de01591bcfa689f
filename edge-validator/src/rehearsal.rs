//! The verdict of the pipeline on a request, for grants instead of a writ.
//!
//! A rehearsal runs the steps of [`crate::step`], except the two that need the writ itself: its
//! validation, and the claims that a credential may take from it. A rehearsal makes no permit: a
//! host cannot send its result.

use crate::config::Config;
use crate::http::head::Head;
use crate::reason::{Objection, Reason};
use crate::record::context::Subject;
use crate::request::body::BodyRead;
use crate::request::parsed::ParsedHead;
use crate::request::readings::AttemptReadings;
use crate::verdict::decide::decide_by_grants;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use edgewrit_shared::grant::attempt::Attempt;
use edgewrit_shared::grant::{Grant, Grants};
use edgewrit_shared::time::UnixSeconds;

/// Grants without a writ, compiled for a rehearsal.
#[derive(Clone, Debug)]
pub struct RehearsedGrants {
    /// The grants in the order of the caller. Every limited grant has an allowance.
    given: Vec<Grant>,
    grants: Grants,
}

/// The result of a rehearsal of one request.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// The verdict on the request.
    pub verdict: Verdict,
    /// The operation that matches, as the configuration writes it: `GET /customers/{id}`.
    pub operation: Option<String>,
    /// The readings of the attempt: several if a `+` in query or form makes a difference, none if
    /// the request was refused before its attempt was read.
    pub attempts: Vec<Attempt>,
}

/// The verdict on a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The request is permitted.
    Permit {
        /// The index of the grant that permits, in the order of the caller.
        grant: usize,
        /// The indices of the limited grants of which one use would be spent. The list is empty if
        /// the request spends nothing.
        spends: Vec<usize>,
    },
    /// The request is refused.
    Refuse {
        /// The rule that refuses.
        reason: Reason,
        /// The value that was found, or the cause of the refusal. The text may contain input.
        detail: String,
    },
}

impl RehearsedGrants {
    /// Compiles `grants`, in the order of the caller. A limited grant without an allowance is
    /// treated as if the issuer had made its allowance.
    #[must_use]
    pub fn new(grants: Vec<Grant>) -> Self {
        let given: Vec<_> = grants.into_iter().enumerate().map(ensure_allowance).collect();
        Self {
            grants: Grants::new(given.clone()),
            given,
        }
    }

    fn index_of(&self, grant: &Grant) -> Option<usize> {
        self.given.iter().position(|own| own == grant)
    }

    fn grants_with_allowance(&self, allowances: &[String]) -> Vec<usize> {
        let is_one = |grant: &Grant| {
            let allowance = grant.uses().and_then(|uses| uses.allowance.as_ref());
            allowance.is_some_and(|allowance| allowances.contains(allowance))
        };
        (0..)
            .zip(&self.given)
            .filter(|(_, grant)| is_one(grant))
            .map(|(index, _)| index)
            .collect()
    }
}

/// The grant with an allowance of its own. The name of the allowance contains a space, so no real
/// allowance has this name.
fn ensure_allowance((index, grant): (usize, Grant)) -> Grant {
    if grant.uses().is_some_and(|uses| uses.allowance.is_none()) {
        return grant.with_allowance(format!("grant {index}"));
    }
    grant
}

/// Rehearses a request with this head at `now`. `body` is read only if the operation takes a body.
#[must_use]
pub fn rehearse(
    head: Head<'_>,
    body: &[u8],
    authority: &RehearsedGrants,
    config: &Config,
    now: UnixSeconds,
) -> Rehearsal {
    let mut subject = Subject::default();
    let (verdict, attempts) = match read_attempts(&head, body, config, &mut subject) {
        Ok(attempts) => (
            decide_attempts(authority, &attempts, now),
            attempts.into_exact_attempts().collect(),
        ),
        Err(objection) => (refuse(&objection), Vec::new()),
    };
    Rehearsal {
        verdict,
        operation: subject.operation.map(|operation| operation.name.clone()),
        attempts,
    }
}

fn read_attempts(
    head: &Head<'_>,
    body: &[u8],
    config: &Config,
    subject: &mut Subject,
) -> Result<AttemptReadings, Objection> {
    let mut request = ParsedHead::read(head, config)?.into_request(config, subject)?;
    if request.body_bytes.is_some() {
        request.read_body(BodyRead::Whole(body))?;
    }
    Ok(request.readings.into_attempts(&request.operation, &request.resource))
}

fn decide_attempts(authority: &RehearsedGrants, attempts: &AttemptReadings, now: UnixSeconds) -> Verdict {
    let permitting = decide_by_grants(&authority.grants, attempts, now).and_then(|permitting| {
        Ok((
            authority.index_of(permitting.grant).ok_or(Reason::NotGranted)?,
            permitting.required_spend,
        ))
    });
    match permitting {
        Ok((grant, limited)) => Verdict::Permit {
            grant,
            spends: limited.map_or_else(Vec::new, |limited| {
                authority.grants_with_allowance(limited.allowances())
            }),
        },
        Err(objection) => refuse(&objection),
    }
}

fn refuse(objection: &Objection) -> Verdict {
    Verdict::Refuse {
        reason: objection.reason,
        detail: objection.log_detail().into(),
    }
}
