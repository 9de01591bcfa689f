//! The reason why no parent grants a cell: the obstacle at the closest parent.

use super::cell::Cell;
use super::limit_is_within;
use crate::grant::pattern::Probes;
use crate::grant::{Grant, Uses};
use crate::json::EscapedInput;
use alloc::format;
use alloc::string::String;

pub(super) fn describe_gap(cell: &Cell<'_>, probes: &Probes) -> String {
    let Cell {
        child,
        action,
        resource,
        ..
    } = cell;
    if cell.acting_parents().next().is_none() {
        return format!("action `{}` is not granted", EscapedInput(action));
    }
    let covering = cell.acting_parents().filter(|parent| parent.covers(probes)).min();
    match covering.and_then(|parent| find_obstacle(child, parent)) {
        Some(obstacle) => format!("action `{action}` on `{resource}`: {obstacle}"),
        None => format!("action `{action}` on `{resource}` is not granted"),
    }
}

/// The obstacle that keeps the whole of `child` out of `parent`, whatever the action and resource.
fn find_obstacle(child: &Grant, parent: &Grant) -> Option<String> {
    if let Some(limit) = &parent.uses
        && !limit_is_within(child.uses.as_ref(), limit)
    {
        return Some(describe_uses(limit));
    }
    if !parent.window.includes(child.window) {
        return Some(format!(
            "the window is {}, expected one within {}",
            child.window, parent.window
        ));
    }
    parent.rules.iter().find_map(|(param, required)| {
        let own = child.rule(param);
        if own.is_some_and(|own| required.includes(own)) {
            return None;
        }
        let found = own.map_or_else(
            || format!("there is no rule on `{}`", EscapedInput(param)),
            |own| format!("the rule on `{}` is `{own}`", EscapedInput(param)),
        );
        Some(format!("{found}, expected one within `{required}`"))
    })
}

fn describe_uses(limit: &Uses) -> String {
    match &limit.allowance {
        None => format!("uses are not limited to {} or fewer", limit.max),
        Some(allowance) => format!(
            "uses are not limited to {} or fewer of allowance `{}`",
            limit.max,
            EscapedInput(allowance)
        ),
    }
}
