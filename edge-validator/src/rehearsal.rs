//! What the pipeline would make of a request, given grants instead of a writ.
//!
//! The steps are those of [`crate::step`], without the two that need the writ itself: whether it counts, and the claims that a credential may take from it. A
//! rehearsal gives no leave: nothing that it answers can be sent.

use crate::config::Config;
use crate::http::head::Head;
use crate::reason::{self, Objection};
use crate::record::context::Subject;
use crate::request::body::BodyRead;
use crate::request::parsed::ParsedHead;
use crate::request::readings::AttemptReadings;
use crate::verdict::decide::decide_by_grants;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use edgewrit_shared::attempt::Attempt;
use edgewrit_shared::grant::{Grant, Grants};
use edgewrit_shared::time::UnixSeconds;

/// Grants as they were asked for, ready to be decided by.
#[derive(Clone, Debug)]
pub struct RehearsedGrants {
    /// In the order in which they were given; every limited one has a counter.
    given: Vec<Grant>,
    grants: Grants,
}

/// What would become of a request.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// Permitted or refused.
    pub verdict: Verdict,
    /// The operation that matches, as it is written: `GET /customers/{id}`.
    pub operation: Option<String>,
    /// What the request attempts; several readings of one attempt if a `+` in its query or form makes a difference, none if the request was refused before it was read.
    pub attempts: Vec<Attempt>,
}

/// A verdict on a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Permitted.
    Permit {
        /// The grant that permits: its index in the order in which grants were given.
        grant: usize,
        /// The limited grants of which one use would be spent on it; none if nothing would be.
        spends: Vec<usize>,
    },
    /// Refused.
    Refuse {
        /// Which rule refuses: one of the labels of `docs/edge.md`.
        label: &'static str,
        /// What stood there, or what is wrong. May contain input.
        detail: String,
    },
}

impl RehearsedGrants {
    /// `grants`, in an order of the caller's. A limited grant that nothing counts yet counts here as if the issuer had made its counter.
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

/// The grant with a counter of its own. The name holds a space, which that of no real one does.
fn ensure_allowance((index, grant): (usize, Grant)) -> Grant {
    if grant.uses().is_some_and(|uses| uses.allowance.is_none()) {
        return grant.with_allowance(format!("grant {index}"));
    }
    grant
}

/// What the pipeline would make of a request with this head at `now`. `body` is read only if the operation takes one.
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
        Err(objection) => (refuse(objection), Vec::new()),
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
    let mut asked = ParsedHead::read(head, config)?.into_request(config, subject)?;
    if asked.body_bytes.is_some() {
        asked.read_body(BodyRead::Whole(body))?;
    }
    Ok(asked.readings.into_attempts(&asked.operation, &asked.resource))
}

fn decide_attempts(authority: &RehearsedGrants, attempts: &AttemptReadings, now: UnixSeconds) -> Verdict {
    let permitting = decide_by_grants(&authority.grants, attempts, now).and_then(|permitting| {
        Ok((
            authority.index_of(permitting.grant).ok_or(reason::NOT_GRANTED)?,
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
        Err(objection) => refuse(objection),
    }
}

fn refuse(objection: Objection) -> Verdict {
    Verdict::Refuse {
        label: objection.reason.label,
        detail: objection.detail.unwrap_or_else(|| objection.reason.meaning.into()),
    }
}
