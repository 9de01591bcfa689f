//! The decision on an attempt by grants, and the nearest miss of a refusal.
//!
//! A decision allocates nothing: a verdict borrows the grants and the attempt, and its reasons
//! become text only for the log.

use super::{Grant, Rule, RuleAnswer, Window};
use crate::grant::attempt::{Attempt, Param};
use crate::json::EscapedInput;
use crate::small_code::heap_sort::distinct;
use crate::time::UnixSeconds;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt;
use core::slice;

/// The compiled grants of a writ.
#[derive(Clone, Debug)]
pub struct Grants(Vec<Grant>);

/// The decision of the grants on one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision<'a> {
    /// The attempt is permitted.
    Permit {
        /// The grant that permits; the least by canonical bytes if several do.
        grant: &'a Grant,
        /// The spend that is required before the attempt.
        spend: Spend<'a>,
    },
    /// The attempt is refused.
    Refuse(NearestMiss<'a>),
}

impl Grants {
    /// The grants, in any order; verdicts do not depend on the order.
    #[must_use]
    pub fn new(grants: Vec<Grant>) -> Self {
        Self(distinct(grants))
    }

    /// The grants, in canonical order.
    #[must_use]
    pub fn as_slice(&self) -> &[Grant] {
        &self.0
    }

    /// Decides one attempt at `now`.
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
        Decision::Refuse(NearestMiss::of(nearest, attempt))
    }

    /// The first grant that permits each of `attempts`. Unless `is_spent`, the grant must have no
    /// limit. Such a grant permits every mixture of their parameters, because each of its rules is
    /// about one parameter.
    #[must_use]
    pub fn find_common_grant<'a>(
        &self,
        attempts: impl Iterator<Item = &'a Attempt> + Clone,
        is_spent: bool,
        now: UnixSeconds,
    ) -> Option<&Grant> {
        let permits_all = |grant: &&Grant| attempts.clone().all(|attempt| grant.permits(attempt, now));
        let mut grants = self.0.iter().filter(|grant| is_spent || grant.uses.is_none());
        grants.find(permits_all)
    }

    fn permit<'a>(
        &'a self,
        grant: &'a Grant,
        mut others: slice::Iter<'a, Grant>,
        attempt: &'a Attempt,
        now: UnixSeconds,
    ) -> Decision<'a> {
        let unlimited = match grant.uses {
            None => Some(grant),
            Some(_) => others.find(|other| other.uses.is_none() && other.permits(attempt, now)),
        };
        let grants = if unlimited.is_some() { &[] } else { self.as_slice() };
        Decision::Permit {
            grant,
            spend: Spend {
                grants,
                unlimited,
                attempt,
                now,
            },
        }
    }
}

/// The required spend of a permitted attempt: one of several allowances, or nothing if a permitting
/// grant has no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spend<'a> {
    /// The grants among which the permitting ones are; none if nothing is spent.
    grants: &'a [Grant],
    /// A permitting grant without limit; `None` if a use must be spent.
    unlimited: Option<&'a Grant>,
    attempt: &'a Attempt,
    now: UnixSeconds,
}

impl<'a> Spend<'a> {
    /// Whether a use must be debited.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        !self.grants.is_empty()
    }

    /// Every allowance that could be debited, in the order of the grants. An allowance of several
    /// grants occurs for each of them. The iterator is empty if nothing is spent.
    pub fn allowances(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.permitting()
            .filter_map(|grant| grant.uses.as_ref()?.allowance.as_deref())
    }

    /// The earliest end of the grants that could be debited, or the end of a grant without limit if
    /// nothing is spent. After it a new decision is necessary.
    #[must_use]
    pub fn until(&self) -> Option<UnixSeconds> {
        let grants = self.permitting().chain(self.unlimited);
        grants.filter_map(|grant| grant.window.not_after).min()
    }

    /// The grants that could be debited, in canonical order; none if nothing is spent.
    pub fn permitting(&self) -> impl Iterator<Item = &'a Grant> + use<'a> {
        let Self {
            grants, attempt, now, ..
        } = *self;
        grants.iter().filter(move |grant| grant.permits(attempt, now))
    }
}

/// The distance of a grant from a permit, the farthest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    Action,
    Resource,
    /// The number of rules that do not admit.
    Rules(Reverse<usize>),
    Window,
    Uncounted,
}

impl Grant {
    fn permits(&self, attempt: &Attempt, now: UnixSeconds) -> bool {
        self.find_gap(attempt, now).is_none()
    }

    /// Whether the grant permits the attempt once its uses are counted.
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

/// The nearest miss: the grant that came closest, and its objection. A grant is closer if its first
/// failure is later in the order action, resource, rules, window and counter. Among grants that
/// fail by rules, the one with fewer failures is closer; among equals, the least by canonical
/// bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NearestMiss<'a> {
    /// The grant that came closest, if there is any grant.
    pub grant: Option<&'a Grant>,
    /// The objection, for the log; the client never sees it.
    pub reason: MissReason<'a>,
}

/// The cause why the closest grant does not permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissReason<'a> {
    /// There are no grants.
    NoGrants,
    /// The action of the attempt is none of its actions.
    Action(&'a Attempt),
    /// The resource of the attempt matches none of its resources.
    Resource(&'a Attempt),
    /// Some of its rules do not admit the parameters.
    Rules(&'a Grant, &'a Attempt),
    /// The grant is not valid now.
    Window(Window),
    /// The uses of the grant are limited and the grant names no allowance: a requested grant, not
    /// one that the issuer has made.
    Uncounted,
}

/// One rule that does not admit the value of its parameter.
#[derive(Clone, Copy, Debug)]
pub struct RuleObjection<'a> {
    /// The name of the parameter.
    pub param: &'a str,
    /// The rule of the grant.
    pub rule: &'a Rule,
    /// The value of the attempt; `None` if the attempt does not have the parameter.
    pub found: Option<&'a Param>,
    /// The answer of the rule: an objection, or that it cannot tell.
    pub answer: RuleAnswer,
}

impl<'a> MissReason<'a> {
    /// The rules that do not admit, by parameter; none if the miss has another cause.
    pub fn objections(&self) -> impl Iterator<Item = RuleObjection<'a>> + use<'a> {
        let parts = match *self {
            Self::Rules(grant, attempt) => Some((grant, attempt)),
            _ => None,
        };
        parts.into_iter().flat_map(|(grant, attempt)| grant.objections(attempt))
    }
}

impl<'a> NearestMiss<'a> {
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
            Self::Action(attempt) => write!(f, "action `{}` is not granted", EscapedInput(&attempt.action)),
            Self::Resource(attempt) => write!(f, "resource `{}` is not granted", EscapedInput(&attempt.resource)),
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
        write!(f, "parameter `{}` is ", EscapedInput(param))?;
        match self.found {
            None => f.write_str("absent")?,
            Some(Param::Text(text)) => write!(f, "the text `{}`", EscapedInput(text))?,
            Some(Param::Number(number) | Param::Double(number)) => write!(f, "the number `{number}`")?,
            Some(Param::Bool(value)) => write!(f, "`{value}`")?,
            Some(Param::List(_)) => f.write_str("a list")?,
        }
        write!(f, ", expected `{rule}`")
    }
}
