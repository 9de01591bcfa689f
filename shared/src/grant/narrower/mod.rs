//! Narrowing: the check whether several grants together permit everything that one grant permits.
//!
//! The authority of the child is cut into cells, one for each of its actions and resources, and
//! each cell must be within one parent. So parents add up: `{a,b} x {r}` is within `{a} x {r}` and
//! `{b} x {r}`. Nearly always a comparison of kind with kind decides. An undecided cell is cut
//! further, at the values that the rules of the child list. Then the check searches for an attempt
//! that the child permits and the parents refuse. Without a proof and without such an attempt, the
//! answer is [`Narrowing::Unproven`].

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

/// The answer whether the authority of a child is within the authority of its parents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Narrowing {
    /// Some parent permits everything that the child permits.
    Narrower,
    /// The child is wider: the child permits the witness, and the parents refuse the witness.
    Wider {
        /// The part of the child that no parent grants.
        reason: String,
        /// The proof.
        witness: Box<Witness>,
    },
    /// The check could show neither, for one of the causes that `docs/grants.md` lists. An unproven
    /// child has no more authority than a wider one.
    Unproven {
        /// The part of the child, and the parent that comes closest.
        reason: String,
    },
}

/// Whether `parents` together permit everything that `child` permits.
///
/// The limit of a parent on uses is a ceiling, which covers children with a limit that is not
/// higher. If the limit of the parent names an allowance, the limit of the child must name the same
/// one. A parent without limit covers children with and without limit. The window of a parent
/// covers the windows inside it.
#[must_use]
pub fn narrower(child: &Grant, parents: &[Grant]) -> Narrowing {
    let by_kind: Vec<&Grant> = parents.iter().filter(|parent| parent.encloses_by_kind(child)).collect();
    let missing = find_ungranted(split_cells(child), &by_kind);
    if missing.is_empty() || child.permits_nothing() {
        return Narrowing::Narrower;
    }
    let exactly = find_enclosing_parents(child, parents, &missing);
    let missing = find_ungranted(missing, &exactly);
    let mut questions = NARROWING_QUESTIONS;
    let mut unproven = None;
    let cells = missing.iter().flat_map(|(resource, actions)| {
        actions.iter().map(|action| Cell {
            child,
            action,
            resource,
            parents,
        })
    });
    for cell in cells {
        match answer_beyond(&cell, &mut questions) {
            None => {}
            // A witness for any cell is a stronger answer than an unproven cell.
            Some(wider @ Narrowing::Wider { .. }) => return wider,
            Some(other) => {
                unproven.get_or_insert(other);
                if questions == 0 {
                    break;
                }
            }
        }
    }
    unproven.unwrap_or(Narrowing::Narrower)
}

/// Resources of a child, each with some of its actions.
type Cells<'c> = Vec<(&'c Pattern, Vec<&'c str>)>;

/// All cells of `child`.
fn split_cells(child: &Grant) -> Cells<'_> {
    let actions: Vec<&str> = child.actions.iter().map(String::as_str).collect();
    child
        .resources
        .iter()
        .map(|resource| (resource, actions.clone()))
        .collect()
}

/// The cells that no parent grants.
///
/// The function visits each parent once for all actions, so that thousands of parents are read once
/// for each resource.
fn find_ungranted<'c>(mut cells: Cells<'c>, parents: &[&Grant]) -> Cells<'c> {
    for (resource, actions) in &mut cells {
        let probes = resource.probes();
        for parent in parents {
            if actions.iter().any(|action| parent.has_action(action)) && parent.covers(&probes) {
                actions.retain(|action| !parent.has_action(action));
            }
        }
    }
    cells.retain(|(_, actions)| !actions.is_empty());
    cells
}

/// Parents that grant a part of `missing` and enclose the child if rules are compared exactly.
fn find_enclosing_parents<'p>(child: &Grant, parents: &'p [Grant], missing: &Cells<'_>) -> Vec<&'p Grant> {
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

/// The answer on a cell that no parent covers alone; `None` if several parents cover it together.
/// `questions` is how many more may be asked.
fn answer_beyond(cell: &Cell<'_>, questions: &mut u32) -> Option<Narrowing> {
    let probes = cell.resource.probes();
    if cell.is_covered_together(&probes, questions) {
        return None;
    }
    let reason = reason::describe_gap(cell, &probes);
    Some(match witness::find(cell, questions) {
        Some(witness) => Narrowing::Wider {
            reason,
            witness: Box::new(witness),
        },
        None => Narrowing::Unproven { reason },
    })
}

impl Grant {
    pub(super) fn rule(&self, param: &str) -> Option<&Rule> {
        self.rules.iter().find_map(|(own, rule)| (own == param).then_some(rule))
    }

    fn covers(&self, probes: &Probes) -> bool {
        self.resources.iter().any(|pattern| pattern.includes_all(probes))
    }

    /// Whether only actions and resources keep `child` out, as far as the kinds of its rules
    /// decide.
    fn encloses_by_kind(&self, child: &Self) -> bool {
        let is_met =
            |(param, required): &(String, Rule)| child.rule(param).is_some_and(|own| required.includes_by_kind(own));
        self.has_room_for(child) && self.rules.iter().all(is_met)
    }

    /// The same as [`Self::encloses_by_kind`], with every check that there is.
    fn encloses(&self, child: &Self) -> bool {
        let is_met = |(param, required): &(String, Rule)| child.rule(param).is_some_and(|own| required.includes(own));
        self.has_room_for(child) && self.rules.iter().all(is_met)
    }

    /// Whether the grant surely permits nothing.
    fn permits_nothing(&self) -> bool {
        self.rules.iter().any(|(_, rule)| rule.admits_nothing())
    }

    /// Whether uses and window of this grant contain the uses and window of `child`.
    fn has_room_for(&self, child: &Self) -> bool {
        self.uses
            .as_ref()
            .is_none_or(|limit| limit_is_within(child.uses.as_ref(), limit))
            && self.window.includes(child.window)
    }
}

fn limit_is_within(own: Option<&Uses>, limit: &Uses) -> bool {
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
