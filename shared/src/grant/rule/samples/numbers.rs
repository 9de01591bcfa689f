//! Samples of numbers: the named ones, and others between and beyond them.

use super::named_values;
use crate::grant::attempt::Param;
use crate::grant::rule::kind::RuleKind;
use crate::json::number::Number;
use crate::small_code::heap_sort::distinct;
use alloc::vec::Vec;

/// Adds the samples. Returns whether they decide everything: whether one is between every two
/// neighbours, and one beyond either end.
pub(super) fn add(kinds: &[&RuleKind], values: &mut Vec<Param>) -> bool {
    let named = named_values(kinds).filter_map(|value| match value {
        Param::Number(number) => Some(number),
        _ => None,
    });
    let bounds = kinds.iter().filter_map(|kind| match kind {
        RuleKind::Min(bound) | RuleKind::Max(bound) => Some(bound),
        _ => None,
    });
    let sorted: Vec<&Number> = distinct(named.chain(bounds));
    values.extend(sorted.iter().map(|number| Param::Number((*number).clone())));
    let (Some(least), Some(most)) = (sorted.first(), sorted.last()) else {
        values.push(Param::Number(Number::from(1)));
        return true;
    };
    let mut complete = true;
    let mut push = |number: Option<Number>| match number {
        Some(number) => values.push(Param::Number(number)),
        None => complete = false,
    };
    push(most.greater());
    push(least.less());
    for pair in sorted.windows(2) {
        if let [low, high] = pair {
            push(low.between(high));
        }
    }
    complete
}
