//! Narrowing: whether what one grant permits is permitted by others together.
//!
//! The child's authority is cut into cells, one for each of its actions and resources, and each cell has to lie within one parent. So
//! parents add up: `{a,b} x {r}` lies within `{a} x {r}` and `{b} x {r}`. Nearly always the answer is found by comparing kind with kind.
//! A cell for which it is not is cut further, at the values that the child's rules list; then an attempt is looked for that the child permits
//! and the parents refuse; and if there is neither a proof nor such an attempt, the answer says so.

mod cell;
mod reason;
mod witness;

use super::pattern::{Pattern, Probes};
use super::{Grant, Rule, Uses};
use crate::limits::{EXACT_PARENTS, NARROWING_QUESTIONS};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use cell::Cell;
use core::fmt;
pub use witness::Witness;

/// Whether a child's authority lies within its parents'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Narrowing {
    /// What the child permits, some parent permits.
    Narrower,
    /// It does not: the witness is what the child permits and the parents refuse.
    Wider {
        /// What the child asks for and no parent grants.
        reason: String,
        /// The proof.
        witness: Box<Witness>,
    },
    /// Neither could be shown, for one of the reasons that `docs/grants.md` lists. No more authority than *wider*.
    Unproven {
        /// What the child asks for, and the parent that comes closest.
        reason: String,
    },
}

/// Whether what `child` permits is permitted by `parents` together.
///
/// A parent's limit on uses is a ceiling: it covers children with a limit that is not higher and, if it names an allowance, the
/// same allowance. A parent without limit covers both. A parent's window covers the windows inside it.
#[must_use]
pub fn narrower(child: &Grant, parents: &[Grant]) -> Narrowing {
    let mut open: Vec<&Grant> = parents.iter().filter(|parent| parent.encloses_by_kind(child)).collect();
    let mut missing = uncovered(child, &open);
    if missing.is_empty() || child.is_never() {
        return Narrowing::Narrower;
    }
    let before = open.len();
    open.extend(enclosing_exactly(child, parents, &missing));
    if open.len() > before {
        missing = uncovered(child, &open);
    }
    let mut questions = NARROWING_QUESTIONS;
    let mut answer = Narrowing::Narrower;
    for (resource, actions) in missing {
        for action in actions {
            let cell = Cell {
                child,
                action,
                resource,
                parents,
            };
            // A witness for any cell says more than that another cannot be proved.
            match cell.beyond(&mut questions) {
                Some(wider @ Narrowing::Wider { .. }) => return wider,
                Some(unproven) if answer == Narrowing::Narrower => answer = unproven,
                _ => {}
            }
            if questions == 0 && answer != Narrowing::Narrower {
                return answer;
            }
        }
    }
    answer
}

/// Resources of a child, each with the actions that no parent grants on it.
type Missing<'c> = Vec<(&'c Pattern, Vec<&'c str>)>;

fn uncovered<'c>(child: &'c Grant, parents: &[&Grant]) -> Missing<'c> {
    let cells = child
        .resources
        .iter()
        .map(|resource| (resource, missing(child, &resource.probes(), parents)));
    cells.filter(|(_, actions)| !actions.is_empty()).collect()
}

/// The actions of `child` that no parent grants on the resource behind `probes`.
///
/// Goes through the parents once for all actions, so that thousands of parents are looked at once for each resource.
fn missing<'c>(child: &'c Grant, probes: &Probes, parents: &[&Grant]) -> Vec<&'c str> {
    let mut missing: Vec<&str> = child.actions.iter().map(String::as_str).collect();
    for parent in parents {
        if missing.iter().any(|action| parent.has_action(action)) && parent.covers(probes) {
            missing.retain(|action| !parent.has_action(action));
        }
    }
    missing
}

/// Parents that are of use for what is missing, and keep nothing out if rules are compared exactly.
fn enclosing_exactly<'p>(child: &Grant, parents: &'p [Grant], missing: &Missing<'_>) -> Vec<&'p Grant> {
    let missing: Vec<(Probes, &[&str])> = missing
        .iter()
        .map(|(resource, actions)| (resource.probes(), &**actions))
        .collect();
    let is_of_use = |parent: &&Grant| {
        missing
            .iter()
            .any(|(probes, actions)| actions.iter().any(|action| parent.has_action(action)) && parent.covers(probes))
    };
    let candidates = parents.iter().filter(is_of_use).take(EXACT_PARENTS);
    candidates.filter(|parent| parent.encloses(child)).collect()
}

impl Grant {
    pub(super) fn rule(&self, param: &str) -> Option<&Rule> {
        self.rules.iter().find_map(|(own, rule)| (own == param).then_some(rule))
    }

    fn covers(&self, probes: &Probes) -> bool {
        self.resources.iter().any(|pattern| pattern.includes_all(probes))
    }

    /// Whether nothing but actions and resources keeps `child` out, as far as the kinds of its rules alone tell.
    fn encloses_by_kind(&self, child: &Self) -> bool {
        let is_met = |(param, asked): &(String, Rule)| child.rule(param).is_some_and(|own| asked.includes_by_kind(own));
        self.spans(child) && self.rules.iter().all(is_met)
    }

    /// [`Self::encloses_by_kind`], by all that can be told.
    fn encloses(&self, child: &Self) -> bool {
        let is_met = |(param, asked): &(String, Rule)| child.rule(param).is_some_and(|own| asked.includes(own));
        self.spans(child) && self.rules.iter().all(is_met)
    }

    /// Whether it is sure that it permits nothing.
    fn is_never(&self) -> bool {
        self.rules.iter().any(|(_, rule)| rule.is_never())
    }

    /// Whether its uses and window leave room for those of `child`.
    fn spans(&self, child: &Self) -> bool {
        self.uses
            .as_ref()
            .is_none_or(|limit| within(child.uses.as_ref(), limit))
            && self.window.includes(child.window)
    }
}

fn within(own: Option<&Uses>, limit: &Uses) -> bool {
    own.is_some_and(|own| own.max <= limit.max && (limit.allowance.is_none() || own.allowance == limit.allowance))
}

impl fmt::Display for Narrowing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Narrower => f.write_str("narrower"),
            Self::Wider { reason, witness } => write!(f, "{reason}, such as {witness}"),
            Self::Unproven { reason } => write!(f, "cannot tell whether it lies within: {reason}"),
        }
    }
}
