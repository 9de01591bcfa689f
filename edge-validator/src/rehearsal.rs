//! The verdict of the pipeline on a request, for grants instead of a writ.
//!
//! A rehearsal runs the steps of [`crate::step`], except the two that need the writ itself: its
//! validation, and the claims that a credential may take from it. A rehearsal makes no permit: a
//! host cannot send its result.

use crate::config::Config;
use crate::http::head::Head;
use crate::reason::{Objection, Reason};
use crate::record::context::RefusedAttempt;
use crate::request::attempts::Attempts;
use crate::request::body::{self, BodyEnd};
use crate::request::parsed::{HeadSelection, ParsedHead};
use crate::request::readings::Readings;
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
    let (subject, verdict, attempts) = match read_attempts(&head, body, config) {
        Ok(attempts) => (
            attempts.only_subject().cloned(),
            decide_attempts(authority, attempts.as_slice(), now),
            attempts.into_vec(),
        ),
        Err(refused) => (refused.subject, refuse(&refused.objection), Vec::new()),
    };
    let operation = subject.and_then(|subject| subject.operation);
    Rehearsal {
        verdict,
        operation: operation.map(|operation| operation.name.clone()),
        attempts: attempts.into_iter().flat_map(Readings::into_exact_attempts).collect(),
    }
}

fn read_attempts(head: &Head<'_>, bytes: &[u8], config: &Config) -> Result<Attempts, RefusedAttempt> {
    let HeadSelection {
        attempt, body_bytes, ..
    } = ParsedHead::read(head, config)?.select(config)?;
    match body_bytes {
        Some(_) => {
            let read = body::read(bytes.to_vec(), BodyEnd::Whole, attempt, config.pieces_max());
            read.map(|(attempts, _)| attempts)
        }
        None => Ok(Attempts::one(attempt)),
    }
}

/// The verdict on all attempts: the refusal of the first that is refused, or the permit of the
/// first.
fn decide_attempts(authority: &RehearsedGrants, attempts: &[Readings], now: UnixSeconds) -> Verdict {
    let verdicts: Vec<_> = attempts
        .iter()
        .map(|readings| decide_attempt(authority, readings, now))
        .collect();
    let is_refusal = |verdict: &&Verdict| matches!(verdict, Verdict::Refuse { .. });
    let decisive = verdicts.iter().find(is_refusal).or(verdicts.first());
    decisive.cloned().unwrap_or_else(|| refuse(&Reason::NotGranted.into()))
}

fn decide_attempt(authority: &RehearsedGrants, readings: &Readings, now: UnixSeconds) -> Verdict {
    let permitting = decide_by_grants(&authority.grants, readings, now).and_then(|permitting| {
        Ok((
            authority.index_of(permitting.grant).ok_or(Reason::NotGranted)?,
            permitting.debit,
        ))
    });
    match permitting {
        Ok((grant, debit)) => Verdict::Permit {
            grant,
            spends: debit.map_or_else(Vec::new, |debit| authority.grants_with_allowance(debit.allowances())),
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
