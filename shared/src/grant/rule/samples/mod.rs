//! Samples: values that distinguish rules.
//!
//! The answer of a rule over numbers changes only at the numbers in the rule. So these numbers, one
//! between each two neighbours and one beyond either end decide everything about numbers. The same
//! holds for `true` and `false`, absence, and listed values. The samples of text and lists come
//! from the patterns, paths, networks, names and lengths of the rules. Such samples find the
//! differences that people would look for, but cannot prove that there is none.

mod lists;
mod numbers;
mod texts;

use super::Rule;
use super::kind::RuleKind;
use super::types::Types;
use crate::grant::attempt::Param;
use crate::limits::SAMPLES;
use crate::small_code::heap_sort::distinct;
use alloc::vec::Vec;

/// Values, and absence, by which a rule and others are compared.
#[derive(Debug)]
pub(in crate::grant) struct Samples {
    values: Vec<Param>,
    /// The types about which the samples decide everything.
    decided: Types,
}

impl Samples {
    /// Samples of values that `child` admits (all values without a rule) and that each of `parents`
    /// may refuse.
    pub(in crate::grant) fn of(child: Option<&Rule>, parents: &[&Rule]) -> Self {
        let rules = child.into_iter().chain(parents.iter().copied());
        let kinds: Vec<&RuleKind> = rules.flat_map(|rule| &rule.value_rule().kinds).collect();
        let mut values = Vec::from([Param::Bool(true), Param::Bool(false)]);
        let all_numbers = numbers::add(&kinds, &mut values);
        texts::add(&kinds, &mut values);
        lists::add(child, &kinds, &mut values);
        let whole = values.len() <= SAMPLES;
        values.truncate(SAMPLES);
        let mut decided = Types::ABSENT.or(Types::BOOL);
        if all_numbers {
            decided = decided.or(Types::NUMBER);
        }
        if child.is_some_and(|child| child.value_rule().listed_values().is_some()) {
            decided = Types::ALL;
        }
        Self {
            values,
            decided: if whole { decided } else { Types::NONE },
        }
    }

    /// Whether the samples decide everything about values of `types`.
    pub(super) fn are_complete_for(&self, types: Types) -> bool {
        types.is_within(self.decided)
    }

    /// Absence first, then the values.
    pub(in crate::grant) fn iter(&self) -> impl Iterator<Item = Option<&Param>> {
        core::iter::once(None).chain(self.values.iter().map(Some))
    }
}

/// The values that kinds name.
fn named_values<'k>(kinds: &'k [&RuleKind]) -> impl Iterator<Item = &'k Param> {
    kinds.iter().flat_map(|kind| match kind {
        RuleKind::Eq(value) => core::slice::from_ref(value),
        RuleKind::In(values) | RuleKind::NotIn(values) => values.as_slice(),
        _ => &[],
    })
}

/// Lengths at which the answer of a rule changes, and their neighbours, the least first.
fn lengths(kinds: &[&RuleKind]) -> Vec<usize> {
    let bounds = kinds.iter().flat_map(|kind| match kind {
        RuleKind::Length(length) => [length.min, length.max],
        _ => [None, None],
    });
    let around = bounds
        .flatten()
        .filter_map(|bound| usize::try_from(bound).ok())
        .flat_map(|bound| [bound.saturating_sub(1), bound, bound.saturating_add(1)]);
    distinct(around)
}
