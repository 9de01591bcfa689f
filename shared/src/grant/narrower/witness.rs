//! Search for an attempt that a child permits and its parents refuse.
//!
//! The search tries each text that distinguishes the resource of the child from the resources of
//! the parents. For each text the search eliminates the parents that match, one after the other: by
//! the time, by a value for each parameter to which as many as possible object, and at last by the
//! number of uses. The search checks a witness once more as a whole before it returns the witness.

use super::cell::{Cell, take_question};
use crate::grant::attempt::{Attempt, Param};
use crate::grant::rule::Samples;
use crate::grant::{Grant, Rule};
use crate::json::{EscapedInput, Quoted};
use crate::limits::{SAMPLED_PARENTS, WITNESS_PARAMS};
use crate::small_code::heap_sort::distinct;
use crate::time::UnixSeconds;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// An attempt that a child permits and its parents refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The attempt.
    pub attempt: Attempt,
    /// The time of the attempt.
    pub at: UnixSeconds,
    /// The number of repetitions, which is more than one only if the parents grant the attempt so
    /// often, and the child once more.
    pub uses: u64,
}

/// The attempt that shows that the cell is beyond its parents, if the search finds one.
pub(super) fn find(cell: &Cell<'_>, questions: &mut u32) -> Option<Witness> {
    let acting: Vec<&Grant> = cell.acting_parents().collect();
    let patterns: Vec<_> = acting.iter().flat_map(|parent| &parent.resources).collect();
    let mut texts = cell.resource.examples(&patterns).into_iter();
    texts.find_map(|resource| {
        let matching = acting
            .iter()
            .copied()
            .filter(|parent| take_question(questions) && parent.matches(&resource));
        let mut open: Vec<&Grant> = matching.collect();
        let at = choose_time(cell.child, &open);
        open.retain(|parent| parent.window.contains(at));
        let names = choose_params(cell.child, &open)?;
        open.retain(|parent| parent.admits_absence_but_of(&names));
        let mut search = Search {
            child: cell.child,
            names,
            values: Vec::new(),
            questions,
        };
        let uses = search.find_uses(open)?;
        let witness = Witness {
            attempt: Attempt {
                action: cell.action.into(),
                resource,
                params: search.params(),
            },
            at,
            uses,
        };
        witness.is_sound(cell).then_some(witness)
    })
}

/// A time in the window of the child at which most of `open` are not valid.
fn choose_time(child: &Grant, open: &[&Grant]) -> UnixSeconds {
    let ends = open.iter().flat_map(|parent| {
        let before = parent.window.not_before.and_then(|UnixSeconds(at)| at.checked_sub(1));
        [before.map(UnixSeconds), parent.window.not_after]
    });
    let first = child.window.not_before.unwrap_or(UnixSeconds(0));
    let inside = ends.flatten().filter(|at| child.window.contains(*at));
    let closed = |at: &UnixSeconds| open.iter().filter(|parent| !parent.window.contains(*at)).count();
    let best = inside.max_by_key(closed);
    best.filter(|best| closed(best) > closed(&first)).unwrap_or(first)
}

/// The parameters that need a value: those of the child, and those of parents that do not object to
/// the absence of all others. `None` if they are too many.
fn choose_params<'a>(child: &'a Grant, open: &[&'a Grant]) -> Option<Vec<&'a str>> {
    let own: Vec<&str> = child.rules.iter().map(|(param, _)| param.as_str()).collect();
    let content = open.iter().filter(|parent| parent.admits_absence_but_of(&own));
    let theirs = content
        .flat_map(|parent| &parent.rules)
        .map(|(param, _)| param.as_str());
    let names = distinct(own.iter().copied().chain(theirs));
    (names.len() <= WITNESS_PARAMS).then_some(names)
}

impl Grant {
    /// Whether the grant permits the absence of all parameters except `names`.
    fn admits_absence_but_of(&self, names: &[&str]) -> bool {
        let mut others = self.rules.iter().filter(|(param, _)| !names.contains(&param.as_str()));
        others.all(|(_, rule)| rule.admits(None))
    }
}

/// Search of values for parameters, one after the other. If a choice fails, the search tries the
/// next one while questions are left.
struct Search<'a, 'q> {
    child: &'a Grant,
    names: Vec<&'a str>,
    /// The values (or absence) of the first parameters.
    values: Vec<Option<Param>>,
    /// The number of questions that may still be asked.
    questions: &'q mut u32,
}

/// A value, and the parents that permit it.
type Choice<'a> = (Option<Param>, Vec<&'a Grant>);

impl<'a> Search<'a, '_> {
    /// The number of repetitions after which none of `open` permits the attempt. `open` are the
    /// parents that permit the values chosen so far.
    fn find_uses(&mut self, open: Vec<&'a Grant>) -> Option<u64> {
        let Some(name) = self.names.get(self.values.len()) else {
            return total_uses(&open)?.checked_add(1);
        };
        for (value, open) in self.find_choices(name, &open) {
            self.values.push(value);
            if let Some(uses) = self.find_uses(open) {
                return Some(uses);
            }
            self.values.pop();
        }
        None
    }

    /// The values that the child admits for the parameter called `name`. For each set of objecting
    /// parents the list has the first value. Values with more objecting parents come first.
    fn find_choices(&mut self, name: &str, open: &[&'a Grant]) -> Vec<Choice<'a>> {
        let own = self.child.rule(name);
        let required = open.iter().filter_map(|parent| parent.rule(name));
        let few: Vec<&Rule> = required.take(SAMPLED_PARENTS).collect();
        let mut choices: Vec<Choice<'a>> = Vec::new();
        if *self.questions == 0 {
            return choices;
        }
        for value in Samples::of(own, &few).iter() {
            if !take_question(self.questions) {
                break;
            }
            if own.is_some_and(|own| !own.admits(value)) {
                continue;
            }
            let permits = |parent: &&Grant| {
                parent
                    .rule(name)
                    .is_none_or(|rule| take_question(self.questions) && rule.admits(value))
            };
            let left: Vec<&Grant> = open.iter().copied().filter(permits).collect();
            // Parents without an answer stay in the set, because they may permit.
            if *self.questions == 0 {
                break;
            }
            let is_known = choices.iter().any(|(_, known)| are_the_same(known, &left));
            if !is_known {
                let place = choices.partition_point(|(_, known)| known.len() <= left.len());
                choices.insert(place, (value.cloned(), left));
            }
        }
        choices
    }

    fn params(self) -> Vec<(String, Param)> {
        let params = self.names.into_iter().zip(self.values);
        params.filter_map(|(name, value)| Some((name.into(), value?))).collect()
    }
}

/// Whether both are the very same grants, in the same order. This is cheaper than a test for
/// equality.
fn are_the_same(some: &[&Grant], others: &[&Grant]) -> bool {
    some.len() == others.len() && some.iter().zip(others).all(|(one, other)| core::ptr::eq(*one, *other))
}

/// The number of uses that `parents` permit together; `None` if one of them has no limit.
fn total_uses(parents: &[&Grant]) -> Option<u64> {
    let mut shared: BTreeMap<&str, u64> = BTreeMap::new();
    let mut sum = 0_u64;
    for parent in parents {
        let uses = parent.uses.as_ref()?;
        let counted = uses
            .allowance
            .as_deref()
            .map(|allowance| shared.entry(allowance).or_default());
        match counted {
            Some(most) => *most = uses.max.max(*most),
            None => sum = sum.checked_add(uses.max)?,
        }
    }
    shared.values().try_fold(sum, |sum, most| sum.checked_add(*most))
}

impl Witness {
    /// Whether the child permits the witness and the parents refuse it, checked on the whole
    /// attempt.
    fn is_sound(&self, cell: &Cell<'_>) -> bool {
        let Self { attempt, at, uses } = self;
        let own = cell.child.uses.as_ref().map_or(u64::MAX, |own| own.max);
        let permitting: Vec<&Grant> = cell
            .parents
            .iter()
            .filter(|parent| parent.admits(attempt, *at))
            .collect();
        let beyond = total_uses(&permitting).is_some_and(|limit| limit < *uses);
        cell.child.admits(attempt, *at) && *uses <= own && beyond
    }
}

impl fmt::Display for Witness {
    /// Writes the witness, such as ``the 2nd `book` on `tickets` with `{"seats":4}` at
    /// 1780000000``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { attempt, at, uses } = self;
        if *uses > 1 {
            write!(f, "use {uses} of ")?;
        }
        write!(
            f,
            "`{}` on `{}`",
            EscapedInput(&attempt.action),
            EscapedInput(&attempt.resource)
        )?;
        if !attempt.params.is_empty() {
            f.write_str(" with `{")?;
            let mut between = "";
            for (name, value) in &attempt.params {
                write!(f, "{between}{}:{value}", Quoted(name))?;
                between = ",";
            }
            f.write_str("}`")?;
        }
        match at {
            UnixSeconds(0) => Ok(()),
            UnixSeconds(at) => write!(f, " at {at}"),
        }
    }
}
