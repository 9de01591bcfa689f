//! Values in rules: text, numbers, truth values, and lists of them.

use super::RuleAnswer;
use super::types::Types;
use crate::grant::attempt::Param;
use crate::grant::elements::{read_distinct, read_text};
use crate::json::Json;
use crate::json::document::Node;
use crate::limits::{IN_VALUES, RULE_TEXT_BYTES};
use crate::small_code::heap_sort::sorted;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

/// Up to this number of values a linear search is used.
const FEW: usize = 8;

/// Several values, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RuleValues {
    /// The values, sorted, each once.
    values: Vec<Param>,
    types: Types,
}

pub(super) fn read_value(node: &Node<'_>) -> Option<Param> {
    match node.json() {
        Json::Text(_) => Some(Param::Text(read_text(node, RULE_TEXT_BYTES)?.into())),
        Json::Number(number) => Some(Param::Number(number.clone())),
        Json::Bool(value) => Some(Param::Bool(*value)),
        Json::Null | Json::List(_) | Json::Object(_) => node.expected("a string, a number, `true` or `false`"),
    }
}

impl RuleValues {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        read_distinct(node, IN_VALUES, read_value, Param::clone).map(Self::of)
    }

    /// A list of sorted values.
    fn of(values: Vec<Param>) -> Self {
        let types = values.iter().map(Types::of).fold(Types::NONE, Types::or);
        Self { values, types }
    }

    /// The values that `keep` keeps; `None` if none is left.
    pub(super) fn retained(&self, keep: impl Fn(&Param) -> bool) -> Option<Self> {
        let kept: Vec<Param> = self.values.iter().filter(|value| keep(value)).cloned().collect();
        (!kept.is_empty()).then(|| Self::of(kept))
    }

    /// These values and the values of `other`; `None` if there are more than a rule may list.
    pub(super) fn joined(&self, other: &Self) -> Option<Self> {
        let mut values = self.values.clone();
        for value in &other.values {
            if let Err(place) = values.binary_search(value) {
                values.insert(place, value.clone());
            }
        }
        (values.len() <= IN_VALUES).then(|| Self::of(values))
    }

    pub(super) fn as_slice(&self) -> &[Param] {
        &self.values
    }

    pub(super) fn types(&self) -> Types {
        self.types
    }

    /// Whether `value` is one of them. If all values are of other types, the rule cannot tell.
    pub(super) fn answer(&self, value: &Param) -> RuleAnswer {
        if self.types.has(value) {
            let is_there = if self.values.len() <= FEW {
                self.values.iter().any(|own| own.equals(value))
            } else {
                self.values.binary_search_by(|own| own.compare(value)).is_ok()
            };
            RuleAnswer::of(is_there)
        } else {
            RuleAnswer::CannotTell
        }
    }

    /// The values sorted by their spelling.
    pub(super) fn to_json(&self) -> String {
        spell_all(&self.values)
    }
}

/// Several values in no order of their own; equal values have one spelling.
fn spell_all(values: &[Param]) -> String {
    let spelled = sorted(values.iter().map(Param::to_string));
    format!("[{}]", spelled.join(","))
}
