//! Whether the edge judged a number as a reader in floating point has it. With no rule about it
//! nothing shows that, so the edge is asked again, with rules that permit the number as it is
//! written and forbid the one that is read.

use super::value::as_double;
use edgewrit_shared::grant::attempt::{Attempt, Param};
use edgewrit_shared::json::number::Number;
use std::collections::BTreeSet;

/// Parameters that a reader reads rounded, and the numbers that it reads.
pub(super) type Rounded<'r> = (&'r str, Vec<Number>);

/// Whether the edge permits the request under these grants.
pub(super) type Permits<'p> = dyn Fn(&[String]) -> bool + 'p;

/// The attempts that the edge permits and should refuse, if a reader reads the numbers of `attempt`
/// as they are written but for `rounded`.
pub(super) fn unjudged(attempt: &Attempt, rounded: &[Rounded<'_>], permits: &Permits<'_>) -> Option<String> {
    let alone = rounded.iter().find_map(|(name, numbers)| {
        let grants = [grant(name, "not_in", numbers, attempt)];
        permits(&grants).then(|| {
            format!(
                "`{name}` is read as {}, and permitted where that is forbidden",
                shown(numbers)
            )
        })
    });
    alone.or_else(|| mixed(attempt, rounded, permits))
}

/// Some readers round one number and not another: Python's `json` rounds fractions and keeps
/// integers. Neither the request as it is written nor the one that is all rounded is what such a
/// reader has, so two grants of which each permits one of these two must not be enough.
fn mixed(attempt: &Attempt, rounded: &[Rounded<'_>], permits: &Permits<'_>) -> Option<String> {
    let is_rounded = |name: &str| rounded.iter().any(|(own, _)| *own == name);
    let (kept, doubles) = attempt.params.iter().find_map(|(name, param)| {
        let doubles = changed(param);
        (!is_rounded(name) && !doubles.is_empty()).then_some((name, doubles))
    })?;
    let (first, numbers) = rounded.first()?;
    let grants = [
        grant(first, "not_in", numbers, attempt),
        grant(kept, "in", &all_doubles(attempt.param(kept)?), attempt),
    ];
    let detail = || {
        let doubles = shown(&doubles);
        format!(
            "`{first}` is read rounded and `{kept}` as it is written, not as {doubles}: permitted by two grants of which none permits that"
        )
    };
    permits(&grants).then(detail)
}

/// The numbers of `param` that floating point changes, as it has them.
fn changed(param: &Param) -> Vec<Number> {
    let double = |number: &Number| as_double(&number.to_string()).filter(|double| double != number);
    numbers(param).into_iter().filter_map(double).collect()
}

fn all_doubles(param: &Param) -> Vec<Number> {
    numbers(param)
        .into_iter()
        .filter_map(|number| as_double(&number.to_string()))
        .collect()
}

fn numbers(param: &Param) -> Vec<&Number> {
    match param {
        Param::Number(number) => vec![number],
        Param::List(items) => items.iter().flat_map(numbers).collect(),
        _ => Vec::new(),
    }
}

/// A grant of everything, under one rule.
fn grant(name: &str, kind: &str, numbers: &[Number], attempt: &Attempt) -> String {
    let rule = format!(r#"{{"{kind}":[{}]}}"#, shown(numbers));
    let is_list = matches!(attempt.param(name), Some(Param::List(_)));
    let rule = if is_list { format!(r#"{{"each":{rule}}}"#) } else { rule };
    let action = &attempt.action;
    format!(r#"{{"type":"writ","actions":["{action}"],"resources":["**"],"rules":{{"{name}":{rule}}}}}"#)
}

/// The numbers, each once.
fn shown(numbers: &[Number]) -> String {
    let texts: BTreeSet<_> = numbers.iter().map(ToString::to_string).collect();
    texts.into_iter().collect::<Vec<_>>().join(",")
}
