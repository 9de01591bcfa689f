//! Intersection of requested grants and a ceiling.

use super::rule::RuleIntersection;
use super::{Grant, Narrowing, Rule, Uses, Window, narrower};
use crate::limits::{GRANTS_PER_WRIT, RESOURCES_PER_GRANT, RULES_PER_GRANT};
use crate::small_code::heap_sort::sorted;
use crate::time::UnixSeconds;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// The part of the requested authority that the ceiling grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantedPart {
    /// Grants within both, in canonical order; no grant is within another.
    pub grants: Vec<Grant>,
    /// Whether the part is complete: one of the grants permits every attempt that both sides permit
    /// (possibly less often). Otherwise some patterns or rules have no common spelling, or there
    /// would be more grants than a writ can have.
    pub whole: bool,
}

/// The part of `requested` that `ceiling` grants: "the part you may have".
#[must_use]
pub fn intersect(requested: &[Grant], ceiling: &[Grant]) -> GrantedPart {
    let mut part = GrantedPart {
        grants: Vec::new(),
        whole: true,
    };
    for requested_grant in requested {
        if narrower(requested_grant, ceiling) == Narrowing::Narrower {
            part.push(requested_grant.clone());
            continue;
        }
        for limit in ceiling {
            match requested_grant.meet(limit) {
                Ok(Some(grant)) => part.push(grant),
                Ok(None) => {}
                Err(Inexpressible) => part.whole = false,
            }
        }
    }
    part.grants = sorted(part.grants);
    part
}

/// The intersection of two grants that no grant can express.
struct Inexpressible;

impl GrantedPart {
    /// Adds a grant, unless it is within a grant of the part. Grants within it are removed.
    fn push(&mut self, grant: Grant) {
        let is_within =
            |child: &Grant, parent: &Grant| narrower(child, core::slice::from_ref(parent)) == Narrowing::Narrower;
        if self.grants.iter().any(|own| is_within(&grant, own)) {
            return;
        }
        self.grants.retain(|own| !is_within(own, &grant));
        if self.grants.len() < GRANTS_PER_WRIT {
            self.grants.push(grant);
        } else {
            self.whole = false;
        }
    }
}

impl Grant {
    /// The intersection of two grants; `None` if it is empty.
    fn meet(&self, other: &Self) -> Result<Option<Self>, Inexpressible> {
        let actions: Vec<String> = self
            .actions
            .iter()
            .filter(|action| other.has_action(action))
            .cloned()
            .collect();
        if actions.is_empty() {
            return Ok(None);
        }
        let Some(window) = self.window.meet(other.window) else {
            return Ok(None);
        };
        let mut resources = BTreeMap::new();
        for own in &self.resources {
            for theirs in &other.resources {
                let both = own.meet(theirs).ok_or(Inexpressible)?;
                resources.extend(both.into_iter().map(|pattern| (pattern.sort_key(), pattern)));
            }
        }
        let Some(rules) = meet_rules(self, other)? else {
            return Ok(None);
        };
        if resources.is_empty() {
            return Ok(None);
        }
        if resources.len() > RESOURCES_PER_GRANT {
            return Err(Inexpressible);
        }
        let uses = meet_uses(self.uses.as_ref(), other.uses.as_ref())?;
        let resources: Vec<_> = resources.into_values().collect();
        // A pattern cannot express the `*` of a scope string, so the grant must have no other
        // members.
        let is_plain = rules.is_empty() && uses.is_none() && window == Window::default();
        let is_alone = actions.len() == 1 && resources.len() == 1 && is_plain;
        if !is_alone && resources.iter().any(|pattern| pattern.as_scope_wildcard().is_some()) {
            return Err(Inexpressible);
        }
        Ok(Some(Self::build(actions, resources, rules, uses, window)))
    }
}

/// The rules of both; `None` if two of them together admit nothing.
fn meet_rules(own: &Grant, other: &Grant) -> Result<Option<Vec<(String, Rule)>>, Inexpressible> {
    let mut rules: BTreeMap<&str, Rule> = BTreeMap::new();
    for (param, rule) in own.rules.iter().chain(&other.rules) {
        let met = rules
            .get(param.as_str())
            .map_or_else(|| RuleIntersection::Rule(rule.clone()), |known| known.meet(rule));
        match met {
            RuleIntersection::Rule(rule) => drop(rules.insert(param, rule)),
            RuleIntersection::Nothing => return Ok(None),
            RuleIntersection::Inexpressible => return Err(Inexpressible),
        }
    }
    if rules.len() > RULES_PER_GRANT {
        return Err(Inexpressible);
    }
    Ok(Some(
        rules.into_iter().map(|(param, rule)| (param.into(), rule)).collect(),
    ))
}

/// The lower limit, on the allowance that either grant names.
fn meet_uses(own: Option<&Uses>, other: Option<&Uses>) -> Result<Option<Uses>, Inexpressible> {
    let (Some(own), Some(other)) = (own, other) else {
        return Ok(own.or(other).cloned());
    };
    let allowance = match (&own.allowance, &other.allowance) {
        (Some(own), Some(other)) if own != other => return Err(Inexpressible),
        (own, other) => own.as_ref().or(other.as_ref()).cloned(),
    };
    Ok(Some(Uses {
        max: own.max.min(other.max),
        allowance,
    }))
}

impl Window {
    pub(super) fn meet(self, other: Self) -> Option<Self> {
        let later = |own: Option<UnixSeconds>, other: Option<UnixSeconds>| own.max(other);
        let earlier = |own: Option<UnixSeconds>, other: Option<UnixSeconds>| own.into_iter().chain(other).min();
        let both = Self {
            not_before: later(self.not_before, other.not_before),
            not_after: earlier(self.not_after, other.not_after),
        };
        (!both.is_empty()).then_some(both)
    }
}
