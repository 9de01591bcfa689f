//! Inclusion: the check whether one rule admits everything that another admits.
//!
//! There are two proofs. Kind by kind: each kind of the parent encloses the values that the kinds
//! of the child leave. By samples: a few samples distinguish all numbers, truth values, absence and
//! listed values (see [`Samples`]), so a property of the samples is a property of all values.

use super::kind::RuleKind;
use super::length::Length;
use super::types::Types;
use super::{Rule, Samples};
use crate::grant::attempt::Param;
use alloc::borrow::Cow;

impl Rule {
    /// Whether this rule admits every value that `child` admits, absence included. The answer
    /// `false` may be wrong, the answer `true` is not.
    pub(in crate::grant) fn includes(&self, child: &Self) -> bool {
        self.includes_by_kind(child) || self.includes_by_samples(child)
    }

    /// The same as [`Self::includes`], by the kinds alone: cheap, and nearly always enough.
    pub(in crate::grant) fn includes_by_kind(&self, child: &Self) -> bool {
        if let Some(values) = child.listed_values() {
            let mut permitted = values.iter().filter(|value| child.admits(Some(value)));
            return permitted.all(|value| self.admits(Some(value)));
        }
        self.kinds.iter().all(|kind| kind.includes(child))
    }

    fn includes_by_samples(&self, child: &Self) -> bool {
        if child.admits_no_value() {
            return !child.admits(None) || self.admits(None);
        }
        let samples = Samples::of(Some(child), &[self]);
        let is_outside = |value: Option<&Param>| child.admits(value) && !self.admits(value);
        samples.are_complete_for(child.types()) && !samples.iter().any(is_outside)
    }

    /// Whether the rule surely admits nothing, not even absence, so that its grant permits nothing.
    /// For several kinds about text the answer `false` may be wrong.
    #[must_use]
    pub fn admits_nothing(&self) -> bool {
        !self.admits(None) && self.admits_no_value()
    }

    /// Whether the rule surely admits no value, at most absence. The answer is as good as of
    /// [`Self::admits_nothing`].
    #[must_use]
    pub fn admits_no_value(&self) -> bool {
        let own = self.value_rule();
        let is_empty = own
            .kinds
            .iter()
            .any(|kind| matches!(kind, RuleKind::Length(length) if length.max == Some(0)));
        let is_never_met = |kind: &RuleKind| matches!(kind, RuleKind::Each(rule) if is_empty || rule.admits_no_value());
        let samples = Samples::of(Some(own), &[]);
        let all_refused =
            samples.are_complete_for(own.types()) && !samples.iter().flatten().any(|value| own.admits(Some(value)));
        all_refused || own.kinds.iter().any(is_never_met)
    }

    /// All values that the rule can admit, if they are listed.
    pub(in crate::grant) fn listed_values(&self) -> Option<Cow<'_, [Param]>> {
        self.kinds.iter().find_map(|kind| match kind {
            RuleKind::Eq(value) => Some(Cow::Borrowed(core::slice::from_ref(value))),
            RuleKind::In(values) => Some(Cow::Borrowed(values.as_slice())),
            RuleKind::Glob(pattern) => pattern.as_literal().map(|text| Cow::Owned([Param::Text(text)].into())),
            _ => None,
        })
    }

    /// The lengths that the rule admits. A list with an admitted element is not empty.
    fn lengths(&self) -> Length {
        let own = self.kinds.iter().find_map(|kind| match kind {
            RuleKind::Length(length) => Some(length.clone()),
            _ => None,
        });
        let own = own.unwrap_or(Length { min: None, max: None });
        let has_elements = self.kinds.iter().any(|kind| matches!(kind, RuleKind::Each(_)));
        let min = own.min.max(has_elements.then_some(1));
        Length { min, ..own }
    }

    /// The rule about values, if the rule also admits absence; otherwise the rule itself.
    pub(super) fn value_rule(&self) -> &Self {
        match self.kinds.as_slice() {
            [RuleKind::Optional(rule)] => rule,
            _ => self,
        }
    }
}

impl RuleKind {
    /// Whether this kind admits every value that `child` admits, if the values of `child` are not
    /// listed.
    fn includes(&self, child: &Rule) -> bool {
        let any = |holds: fn(&Self, &Self) -> bool| child.kinds.iter().any(|own| holds(self, own));
        match self {
            Self::Absent => child.types().is_within(Types::ABSENT),
            Self::Optional(rule) => child.types().is_within(Types::ABSENT) || rule.includes_by_kind(child.value_rule()),
            // A child whose values are not listed can admit other values.
            Self::Eq(_) | Self::In(_) => false,
            // Some kind of the child excludes the values, or the child is about another type.
            Self::NotIn(values) => {
                let is_out = |value: &Param| !child.admits(Some(value));
                child.types().is_within(values.types()) && values.as_slice().iter().all(is_out)
            }
            // If the parent admits the bound of the child, it admits everything beyond.
            Self::Min(_) => any(|kind, own| matches!((kind, own), (Self::Min(least), Self::Min(own)) if own >= least)),
            Self::Max(_) => any(|kind, own| matches!((kind, own), (Self::Max(most), Self::Max(own)) if own <= most)),
            Self::Glob(_) => {
                any(|kind, own| matches!((kind, own), (Self::Glob(pattern), Self::Glob(own)) if pattern.includes(own)))
            }
            Self::Under(_) => {
                any(|kind, own| matches!((kind, own), (Self::Under(path), Self::Under(own)) if path.includes(own)))
            }
            Self::Cidr(_) => {
                any(|kind, own| matches!((kind, own), (Self::Cidr(network), Self::Cidr(own)) if network.includes(own)))
            }
            Self::Domain(_) => any(
                |kind, own| matches!((kind, own), (Self::Domain(domain), Self::Domain(own)) if domain.includes(own)),
            ),
            Self::Each(_) => {
                any(|kind, own| matches!((kind, own), (Self::Each(rule), Self::Each(own)) if rule.includes(own)))
            }
            Self::Length(length) => length.includes(&child.lengths()),
        }
    }
}
