//! Samples of lists: lists with lengths around the named ones, each with one repeated element, and
//! one list with as many elements as fit.

use super::{Samples, lengths};
use crate::grant::attempt::Param;
use crate::grant::rule::kind::RuleKind;
use crate::grant::rule::{Rule, RuleAnswer};
use crate::limits::SAMPLE_ELEMENTS;
use alloc::vec;
use alloc::vec::Vec;

/// Adds the samples.
pub(super) fn add(child: Option<&Rule>, kinds: &[&RuleKind], values: &mut Vec<Param>) {
    let mut lengths = lengths(kinds);
    lengths.extend([0, 1]);
    lengths.retain(|length| *length <= SAMPLE_ELEMENTS);
    let elements = choose_elements(child, kinds);
    let fits = |length: &&usize| **length > 0 && child.is_none_or(|child| child.admits_length(**length));
    let shortest = lengths.iter().find(fits).copied().unwrap_or(1);
    // Lists in lists multiply, so the elements of a sample are limited as a whole.
    let holds = |element: &Param, length: usize| elements_of(element).saturating_mul(length) <= SAMPLE_ELEMENTS;
    let short = elements.iter().filter(|element| holds(element, shortest));
    values.extend(short.map(|element| Param::List(vec![element.clone(); shortest])));
    // A list of many elements, for parents that admit only lists of equal elements.
    let many = (2..=elements.len().min(SAMPLE_ELEMENTS))
        .rev()
        .find(|length| fits(&length));
    let some = many.and_then(|length| elements.get(..length));
    let some = some.filter(|some| some.iter().map(elements_of).sum::<usize>() <= SAMPLE_ELEMENTS);
    values.extend(some.map(|some| Param::List(some.to_vec())));
    if let Some(first) = elements.first() {
        let other = lengths
            .iter()
            .filter(|length| **length != shortest && holds(first, **length));
        values.extend(other.map(|length| Param::List(vec![first.clone(); *length])));
    }
}

/// The number of elements of a value, nested elements and the value itself included.
fn elements_of(value: &Param) -> usize {
    match value {
        Param::List(values) => values.iter().map(elements_of).fold(1, usize::saturating_add),
        _ => 1,
    }
}

/// The values for elements of the lists: those that the child admits, if it lists them.
fn choose_elements(child: Option<&Rule>, kinds: &[&RuleKind]) -> Vec<Param> {
    let rules: Vec<&Rule> = kinds.iter().filter_map(|kind| kind.element_rule()).collect();
    if rules.is_empty() {
        return [Param::Text("x".into()), Param::Bool(true)].into();
    }
    let own = child.and_then(|child| child.value_rule().kinds.iter().find_map(RuleKind::element_rule));
    let samples = Samples::of(own, &rules);
    let values = samples.iter().flatten();
    values
        .filter(|value| own.is_none_or(|own| own.admits(Some(value))))
        .cloned()
        .collect()
}

impl RuleKind {
    /// The rule of the kind about the elements of a list.
    fn element_rule(&self) -> Option<&Rule> {
        match self {
            Self::Each(rule) => Some(rule),
            _ => None,
        }
    }
}

impl Rule {
    /// Whether the bounds of the rule on lengths admit `length`.
    fn admits_length(&self, length: usize) -> bool {
        self.value_rule().kinds.iter().all(|kind| match kind {
            RuleKind::Length(bounds) => bounds.answer(length) == RuleAnswer::Admits,
            _ => true,
        })
    }
}
