//! The decision: do these grants permit this attempt, and if not, what was nearest to permitting it.
//!
//! Nothing here allocates: a verdict borrows the grants and the attempt, and its reasons become text only when they are shown.

use super::{Grant, Rule, RuleAnswer, Window};
use crate::attempt::{Attempt, Param};
use crate::json::Shown;
use crate::sorted::distinct;
use crate::time::UnixSeconds;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt;
use core::slice;

/// The grants of a writ, compiled.
#[derive(Clone, Debug)]
pub struct Grants(Vec<Grant>);

/// What the grants say of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision<'a> {
    /// Permitted.
    Permit {
        /// The grant that permits; the least by canonical bytes if several do.
        grant: &'a Grant,
        /// What must be debited before the attempt may be made.
        spend: Spend<'a>,
    },
    /// Refused.
    Refuse(Miss<'a>),
}

impl Grants {
    /// Grants, in any order; verdicts do not depend on it.
    #[must_use]
    pub fn new(grants: Vec<Grant>) -> Self {
        Self(distinct(grants))
    }

    /// The grants, in canonical order.
    #[must_use]
    pub fn as_slice(&self) -> &[Grant] {
        &self.0
    }

    /// Decides one attempt that is made at `now`.
    #[must_use]
    pub fn decide<'a>(&'a self, attempt: &'a Attempt, now: UnixSeconds) -> Decision<'a> {
        let mut grants = self.0.iter();
        let mut nearest: Option<(Gap, &Grant)> = None;
        while let Some(grant) = grants.next() {
            let Some(gap) = grant.find_gap(attempt, now) else {
                return self.permit(grant, grants, attempt, now);
            };
            if nearest.is_none_or(|(least, _)| gap > least) {
                nearest = Some((gap, grant));
            }
        }
        Decision::Refuse(Miss::of(nearest, attempt))
    }

    /// Whether one grant permits each of `attempts`, one without limited uses if nothing `is_spent`. It then
    /// permits whatever mixes their parameters, for a grant asks of each parameter by itself.
    #[must_use]
    pub fn one_permits_all<'a>(
        &self,
        attempts: impl Iterator<Item = &'a Attempt> + Clone,
        is_spent: bool,
        now: UnixSeconds,
    ) -> bool {
        let permits_all = |grant: &Grant| attempts.clone().all(|attempt| grant.permits(attempt, now));
        let mut grants = self.0.iter().filter(|grant| is_spent || grant.uses.is_none());
        grants.any(permits_all)
    }

    fn permit<'a>(
        &'a self,
        grant: &'a Grant,
        mut others: slice::Iter<'a, Grant>,
        attempt: &'a Attempt,
        now: UnixSeconds,
    ) -> Decision<'a> {
        let unlimited = grant.uses.is_none() || others.any(|other| other.uses.is_none() && other.permits(attempt, now));
        let grants = if unlimited { &[] } else { self.as_slice() };
        Decision::Permit {
            grant,
            spend: Spend { grants, attempt, now },
        }
    }
}

/// What must be debited for a permitted attempt: one of several allowances, or nothing if a permitting grant is not limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spend<'a> {
    /// Where the permitting grants are; none if nothing is to be spent.
    grants: &'a [Grant],
    attempt: &'a Attempt,
    now: UnixSeconds,
}

impl<'a> Spend<'a> {
    /// Whether a use has to be debited at all.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        !self.grants.is_empty()
    }

    /// Every allowance that could be debited, in the order of the grants; one that counts for several grants comes for each.
    /// Empty if nothing is to be spent.
    pub fn allowances(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.permitting()
            .filter_map(|grant| grant.uses.as_ref()?.allowance.as_deref())
    }

    /// When the first of the grants that could be debited ends, if any does: from then on the decision has to be made anew.
    #[must_use]
    pub fn until(&self) -> Option<UnixSeconds> {
        self.permitting().filter_map(|grant| grant.window.not_after).min()
    }

    /// The grants that could be debited, in canonical order; none if nothing is to be spent.
    pub fn permitting(&self) -> impl Iterator<Item = &'a Grant> + use<'a> {
        let Self { grants, attempt, now } = *self;
        grants.iter().filter(move |grant| grant.permits(attempt, now))
    }
}

/// How a grant falls short of permitting an attempt, the farthest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    Action,
    Resource,
    /// So many rules do not admit.
    Rules(Reverse<usize>),
    Window,
    Uncounted,
}

impl Grant {
    fn permits(&self, attempt: &Attempt, now: UnixSeconds) -> bool {
        self.find_gap(attempt, now).is_none()
    }

    /// Whether it permits the attempt once its uses are counted.
    pub(super) fn admits(&self, attempt: &Attempt, now: UnixSeconds) -> bool {
        matches!(self.find_gap(attempt, now), None | Some(Gap::Uncounted))
    }

    pub(super) fn matches(&self, resource: &str) -> bool {
        self.resources.iter().any(|pattern| pattern.matches(resource))
    }

    fn find_gap(&self, attempt: &Attempt, now: UnixSeconds) -> Option<Gap> {
        if !self.has_action(&attempt.action) {
            return Some(Gap::Action);
        }
        if !self.matches(&attempt.resource) {
            return Some(Gap::Resource);
        }
        let is_counted = self.uses.as_ref().is_none_or(|uses| uses.allowance.is_some());
        match self.objections(attempt).count() {
            0 if !self.window.contains(now) => Some(Gap::Window),
            0 if is_counted => None,
            0 => Some(Gap::Uncounted),
            objections => Some(Gap::Rules(Reverse(objections))),
        }
    }

    fn objections<'a>(&'a self, attempt: &'a Attempt) -> impl Iterator<Item = RuleObjection<'a>> + use<'a> {
        self.rules.iter().filter_map(|(param, rule)| {
            let found = attempt.param(param);
            match rule.answer(found) {
                RuleAnswer::Admits => None,
                answer => Some(RuleObjection {
                    param,
                    rule,
                    found,
                    answer,
                }),
            }
        })
    }
}

/// The nearest miss: the grant that came closest and what objected. Closer is whoever fails later of action, resource, rules,
/// window and counting of uses; among those that fail by rules, by fewer; among equals, the least by canonical bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Miss<'a> {
    /// The grant that came closest, if there is any grant.
    pub grant: Option<&'a Grant>,
    /// What objected, for the log: never shown outside.
    pub reason: MissReason<'a>,
}

/// Why the grant that came closest does not permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissReason<'a> {
    /// There are no grants.
    NoGrants,
    /// The attempt's action is none of its actions.
    Action(&'a Attempt),
    /// The attempt's resource matches none of its resources.
    Resource(&'a Attempt),
    /// Some of its rules do not admit the parameters.
    Rules(&'a Grant, &'a Attempt),
    /// It does not count now.
    Window(Window),
    /// Its uses are limited and nothing counts them: a grant that was asked for, not one that the issuer has made.
    Uncounted,
}

/// One rule that does not admit the value it was asked about.
#[derive(Clone, Copy, Debug)]
pub struct RuleObjection<'a> {
    /// The parameter.
    pub param: &'a str,
    /// What the grant asks of it.
    pub rule: &'a Rule,
    /// What the attempt has; `None` if it has no such parameter.
    pub found: Option<&'a Param>,
    /// Whether the rule objects or cannot tell.
    pub answer: RuleAnswer,
}

impl<'a> MissReason<'a> {
    /// The rules that do not admit, by parameter; none if the reason is another.
    pub fn objections(&self) -> impl Iterator<Item = RuleObjection<'a>> + use<'a> {
        let parts = match *self {
            Self::Rules(grant, attempt) => Some((grant, attempt)),
            _ => None,
        };
        parts.into_iter().flat_map(|(grant, attempt)| grant.objections(attempt))
    }
}

impl<'a> Miss<'a> {
    fn of(nearest: Option<(Gap, &'a Grant)>, attempt: &'a Attempt) -> Self {
        let reason = match nearest {
            None => MissReason::NoGrants,
            Some((Gap::Action, _)) => MissReason::Action(attempt),
            Some((Gap::Resource, _)) => MissReason::Resource(attempt),
            Some((Gap::Rules(_), grant)) => MissReason::Rules(grant, attempt),
            Some((Gap::Window, grant)) => MissReason::Window(grant.window),
            Some((Gap::Uncounted, _)) => MissReason::Uncounted,
        };
        Self {
            grant: nearest.map(|(_, grant)| grant),
            reason,
        }
    }
}

impl fmt::Display for MissReason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoGrants => f.write_str("no grants"),
            Self::Action(attempt) => write!(f, "action `{}` is not granted", Shown(&attempt.action)),
            Self::Resource(attempt) => write!(f, "resource `{}` is not granted", Shown(&attempt.resource)),
            Self::Rules(..) => {
                let mut before = "";
                self.objections().try_for_each(|objection| {
                    f.write_str(core::mem::replace(&mut before, "; "))?;
                    objection.fmt(f)
                })
            }
            Self::Window(window) => write!(f, "now is outside the window {window}"),
            Self::Uncounted => f.write_str("uses are limited and no allowance counts them"),
        }
    }
}

impl fmt::Display for RuleObjection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { param, rule, .. } = self;
        write!(f, "parameter `{}` is ", Shown(param))?;
        match self.found {
            None => f.write_str("absent")?,
            Some(Param::Text(text)) => write!(f, "the text `{}`", Shown(text))?,
            Some(Param::Number(number) | Param::Double(number)) => write!(f, "the number `{number}`")?,
            Some(Param::Bool(value)) => write!(f, "`{value}`")?,
            Some(Param::List(_)) => f.write_str("a list")?,
        }
        write!(f, ", expected `{rule}`")
    }
}
