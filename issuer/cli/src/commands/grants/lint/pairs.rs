//! Findings about the grants of one audience together.

use super::finding::{GrantCode, GrantFinding};
use super::source::{AudienceGrants, Source};
use edgewrit_shared::grant::{Grant, Narrowing, Rule, narrower};
use std::slice;

/// Grants of one audience that each grant is compared with, at most: those nearest before it.
const COMPARED: usize = 1_000;

pub(super) fn find_all(source: &Source, group: &AudienceGrants<'_>) -> Vec<GrantFinding> {
    let texts = group.grants.iter().map(example_texts).collect();
    let view = View { source, group, texts };
    let mut found = Vec::new();
    let kept: Vec<usize> = view.remove_implied(&mut found);
    for (at, own) in kept.iter().enumerate() {
        let others = kept.get(at.saturating_sub(COMPARED)..at).unwrap_or_default();
        found.extend(view.find_first(*own, others));
    }
    found
}

/// The grants of one audience, by their index.
struct View<'s> {
    source: &'s Source,
    group: &'s AudienceGrants<'s>,
    /// For each grant a text that each of its resources matches: a quick way to see that another
    /// does not cover it.
    texts: Vec<Vec<String>>,
}

fn example_texts(grant: &Grant) -> Vec<String> {
    let texts = grant.resources().iter().map(|pattern| pattern.text_outside(&[]));
    texts.flatten().collect()
}

/// Whether it is sure that `child` permits nothing that `parent` does not.
pub(super) fn is_within(child: &Grant, parents: &[Grant]) -> bool {
    narrower(child, parents) == Narrowing::Narrower
}

/// Whether it is sure that the grant permits nothing.
pub(super) fn is_never(grant: &Grant) -> bool {
    grant.rules().iter().any(|(_, rule)| rule.admits_nothing())
}

impl View<'_> {
    /// The grants that are not implied by others which are kept; a finding for each that is. From
    /// the last to the first, so that of two equal grants the second goes, and all of them can go
    /// at once.
    fn remove_implied(&self, found: &mut Vec<GrantFinding>) -> Vec<usize> {
        let grants = self.group.grants;
        let mut kept: Vec<usize> = (0..grants.len()).collect();
        for own in (0..grants.len()).rev() {
            let Some(grant) = grants.get(own) else { continue };
            let at = kept.partition_point(|index| *index < own);
            if is_never(grant) {
                kept.remove(at);
                continue;
            }
            // In a policy a grant with uses adds them to those of others.
            if self.source.is_policy() && grant.uses().is_some() {
                continue;
            }
            let others = self.find_near(own, &kept);
            if let Some(covering) = self.find_covering(grant, &others) {
                let wrong = format!("it permits nothing that is not permitted already by {covering}");
                found.push(self.finding(GrantCode::Implied, own, wrong, "leave it out"));
                kept.remove(at);
            }
        }
        kept
    }

    /// The grants of `kept` that could cover a part of the grant `own`, and are near it.
    fn find_near(&self, own: usize, kept: &[usize]) -> Vec<(usize, &Grant)> {
        let near = kept
            .iter()
            .copied()
            .filter(|index| *index != own && index.abs_diff(own) <= COMPARED);
        let grants = near.filter_map(|index| Some((index, self.group.grants.get(index)?)));
        let texts = self.texts.get(own).map(Vec::as_slice).unwrap_or_default();
        let matches = |grant: &Grant| {
            texts
                .iter()
                .any(|text| grant.resources().iter().any(|pattern| pattern.matches(text)))
        };
        let counts = |grant: &Grant| self.source.is_policy() && grant.uses().is_some();
        grants
            .filter(|(_, grant)| matches(grant) && !counts(grant) && !is_never(grant))
            .collect()
    }

    /// The names of those `others` that permit all that `grant` permits.
    fn find_covering(&self, grant: &Grant, others: &[(usize, &Grant)]) -> Option<String> {
        let alone = others
            .iter()
            .find(|(_, other)| is_within(grant, slice::from_ref(other)));
        if let Some((index, _)) = alone {
            return Some(self.named(*index));
        }
        let together: Vec<Grant> = others.iter().map(|(_, other)| (*other).clone()).collect();
        is_within(grant, &together).then(|| "other grants together".to_owned())
    }

    /// The first finding about a grant and one of those before it.
    fn find_first(&self, own: usize, others: &[usize]) -> Option<GrantFinding> {
        others.iter().find_map(|other| self.compare(*other, own))
    }

    fn compare(&self, first: usize, second: usize) -> Option<GrantFinding> {
        let (one, other) = (self.group.grants.get(first)?, self.group.grants.get(second)?);
        let is_policy = self.source.is_policy();
        match (one.uses().is_some(), other.uses().is_some()) {
            (true, false) => self.find_uncounted((first, one), (second, other)),
            (false, true) => self.find_uncounted((second, other), (first, one)),
            (true, true) if is_policy => self.find_added_uses(first, (second, other), one),
            (false, false) if is_policy => self.find_alternative((first, one), (second, other)),
            _ => None,
        }
    }

    /// A limited grant where another permits the same without a limit.
    fn find_uncounted(&self, (at, limited): (usize, &Grant), (other, free): (usize, &Grant)) -> Option<GrantFinding> {
        let example = limited.overlap(free)?;
        let max = limited.uses()?.max;
        let uses = if max == 1 { "use is" } else { "uses are" };
        let free_named = self.named(other);
        let wrong = if !self.source.is_policy() {
            format!(
                "its limit of {max} does not hold for what may be had without one by {free_named}, such as {example}"
            )
        } else if is_within(limited, slice::from_ref(free)) {
            format!("its {max} {uses} never counted: {free_named} permits the same without a limit, such as {example}")
        } else {
            format!(
                "its {max} {uses} not counted where {free_named} permits the same without a limit, such as {example}"
            )
        };
        Some(self.finding(
            GrantCode::UncountedOverlap,
            at,
            wrong,
            "limit the uses of both, or leave one out",
        ))
    }

    /// Two limited grants, whose uses add up.
    fn find_added_uses(&self, first: usize, (second, own): (usize, &Grant), other: &Grant) -> Option<GrantFinding> {
        let example = own.overlap(other)?;
        let sum = own.uses()?.max.checked_add(other.uses()?.max)?;
        let first = self.named(first);
        let wrong = format!("its uses and those of {first} add up: {sum} of what both permit, such as {example}");
        let instead = "make one grant of both, or let them differ";
        Some(self.finding(GrantCode::Overlap, second, wrong, instead))
    }

    /// Two grants of which one has rules on what the other leaves open: rules do not combine.
    fn find_alternative(
        &self,
        (first, one): (usize, &Grant),
        (second, other): (usize, &Grant),
    ) -> Option<GrantFinding> {
        let (param, limited, open) = match (param_only_in(one, other), param_only_in(other, one)) {
            (_, Some(param)) => (param, second, first),
            (Some(param), None) => (param, first, second),
            (None, None) => return None,
        };
        let example = one.overlap(other)?;
        let open = self.named(open);
        let param = param.escape_debug();
        let wrong = format!("its rule on `{param}` does not hold for what {open} permits too, such as {example}");
        let instead = "put the rules into one grant if all are meant to hold, or let the grants differ";
        Some(self.finding(GrantCode::Overlap, limited, wrong, instead))
    }

    fn named(&self, index: usize) -> String {
        self.source.named(&self.group.place(index))
    }

    fn finding(&self, code: GrantCode, index: usize, wrong: String, instead: &str) -> GrantFinding {
        GrantFinding::new(code, self.group.place(index), wrong, instead)
    }
}

/// A parameter on which `own` has a rule and `other` none.
fn param_only_in<'g>(own: &'g Grant, other: &Grant) -> Option<&'g str> {
    let is_open = |param: &String| !other.rules().iter().any(|(known, _)| known == param);
    let mut params = own.rules().iter().map(|(param, _): &(String, Rule)| param);
    params.find(|param| is_open(param)).map(String::as_str)
}
