//! Narrowing: whether what one grant permits is permitted by others together.
//!
//! The child's authority is cut into cells, one for each of its resources and actions, and each cell has to lie within one
//! parent. So parents add up: `{a,b} x {r}` lies within `{a} x {r}` and `{b} x {r}`. Rules and uses belong to the whole child:
//! a parent that asks more than the child's own rules ensure is of no use for any cell.

use super::pattern::{Pattern, Probes};
use super::{Grant, Rule, Uses};
use crate::json::Shown;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Whether a child's authority lies within its parents'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Narrowing {
    /// What the child permits, some parent permits.
    Narrower,
    /// This could not be shown; why, for whoever asked. For actions and patterns it means that it is not so.
    Wider {
        /// What the child asks for and no parent grants.
        reason: String,
    },
}

/// Whether what `child` permits is permitted by `parents` together.
///
/// A parent's limit on uses is a ceiling: it covers children with a limit that is not higher and, if it names an allowance, the
/// same allowance. A parent without limit covers both.
#[must_use]
pub fn narrower(child: &Grant, parents: &[Grant]) -> Narrowing {
    let open: Vec<&Grant> = parents
        .iter()
        .filter(|parent| refusal(child, parent).is_none())
        .collect();
    for resource in &child.resources {
        let probes = resource.probes();
        if let Some(action) = uncovered(child, &probes, &open) {
            return Narrowing::Wider {
                reason: reason(child, action, resource, parents),
            };
        }
    }
    Narrowing::Narrower
}

/// An action of `child` that no parent grants on the resource behind `probes`.
///
/// Goes through the parents once for all actions, so that thousands of parents are looked at once for each resource.
fn uncovered<'c>(child: &'c Grant, probes: &Probes, parents: &[&Grant]) -> Option<&'c str> {
    let mut missing: Vec<&str> = child.actions.iter().map(String::as_str).collect();
    for parent in parents {
        if missing.iter().any(|action| parent.has_action(action)) && parent.covers(probes) {
            missing.retain(|action| !parent.has_action(action));
        }
    }
    missing.first().copied()
}

impl Grant {
    fn rule(&self, param: &str) -> Option<&Rule> {
        self.rules.iter().find_map(|(own, rule)| (own == param).then_some(rule))
    }

    fn covers(&self, probes: &Probes) -> bool {
        self.resources.iter().any(|pattern| pattern.includes_all(probes))
    }
}

/// What keeps the whole of `child` out of `parent`, whatever the action and resource.
fn refusal(child: &Grant, parent: &Grant) -> Option<String> {
    if let Some(limit) = &parent.uses
        && !within(child.uses.as_ref(), limit)
    {
        return Some(uses_reason(limit));
    }
    parent.rules.iter().find_map(|(param, asked)| {
        let own = child.rule(param);
        match own {
            Some(own) if asked.is_implied_by(own) => None,
            Some(own) => Some(format!(
                "the rule on `{}` is `{own}`, expected one within `{asked}`",
                Shown(param)
            )),
            None => Some(format!(
                "there is no rule on `{}`, expected one within `{asked}`",
                Shown(param)
            )),
        }
    })
}

fn within(own: Option<&Uses>, limit: &Uses) -> bool {
    own.is_some_and(|own| own.max <= limit.max && (limit.allowance.is_none() || own.allowance == limit.allowance))
}

fn uses_reason(limit: &Uses) -> String {
    match &limit.allowance {
        None => format!("uses are not limited to {} or fewer", limit.max),
        Some(allowance) => format!(
            "uses are not limited to {} or fewer of allowance `{}`",
            limit.max,
            Shown(allowance)
        ),
    }
}

/// Why no parent grants `action` on `resource`: the reason of the parents that come closest.
fn reason(child: &Grant, action: &str, resource: &Pattern, parents: &[Grant]) -> String {
    let acting: Vec<&Grant> = parents.iter().filter(|parent| parent.has_action(action)).collect();
    if acting.is_empty() {
        return format!("action `{}` is not granted", Shown(action));
    }
    let probes = resource.probes();
    let covering = acting.iter().filter(|parent| parent.covers(&probes)).min();
    if let Some(refusal) = covering.and_then(|parent| refusal(child, parent)) {
        return format!("action `{action}` on `{resource}`: {refusal}");
    }
    let granted: Vec<&Pattern> = acting.iter().flat_map(|parent| &parent.resources).collect();
    match resource.outside(&granted) {
        Some(text) => format!(
            "action `{action}` on `{resource}` is not granted, such as on `{}`",
            Shown(&text)
        ),
        None => format!("action `{action}` on `{resource}` is not granted by any one grant"),
    }
}
