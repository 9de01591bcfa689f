//! `{"length": {"min": n, "max": n}}`: the parameter is text of so many Unicode scalar values, or a
//! list of so many elements. One of the bounds may be missing; both bounds are admitted.

use super::RuleAnswer;
use crate::grant::elements::read_known_members;
use crate::json::document::Node;
use crate::json::write::{member, object};
use crate::limits::BODY_BYTES_MAX;
use alloc::string::String;
use alloc::vec::Vec;

/// The bounds, at least one of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Length {
    pub(super) min: Option<u64>,
    pub(super) max: Option<u64>,
}

impl Length {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let (members, known) = read_known_members(node, &["max", "min"])?;
        // No text is longer than the body that contains it.
        let bound = |name: &str| match members.optional(name) {
            Some(bound) => bound.integer(0, BODY_BYTES_MAX as u64).map(Some),
            None => Some(None),
        };
        let (min, max) = (bound("min"), bound("max"));
        let length = Self { min: min?, max: max? };
        if known && length.min.is_none() && length.max.is_none() {
            node.fault("a length without bounds, expected `min` or `max`");
            return None;
        }
        known.then_some(length)
    }

    pub(super) fn answer(&self, length: usize) -> RuleAnswer {
        let length = length as u64;
        RuleAnswer::of(self.min.is_none_or(|min| length >= min) && self.max.is_none_or(|max| length <= max))
    }

    /// Whether the bounds admit no length at all.
    pub(super) fn is_empty(&self) -> bool {
        self.min.zip(self.max).is_some_and(|(min, max)| min > max)
    }

    /// The lengths that both admit.
    pub(super) fn meet(&self, other: &Self) -> Self {
        Self {
            min: self.min.max(other.min),
            max: self.max.into_iter().chain(other.max).min(),
        }
    }

    /// Whether these bounds admit every length that `other` admits.
    pub(super) fn includes(&self, other: &Self) -> bool {
        let min = self.min.is_none_or(|min| other.min.is_some_and(|own| own >= min));
        let max = self.max.is_none_or(|max| other.max.is_some_and(|own| own <= max));
        min && max
    }

    pub(super) fn to_json(&self) -> String {
        let max = self.max.map(|max| member("max", max));
        let min = self.min.map(|min| member("min", min));
        object(&max.into_iter().chain(min).collect::<Vec<_>>())
    }
}
