//! Rules: the conditions of a grant on one parameter.
//!
//! A rule is one or more [`RuleKind`]s, which must all hold. To add a kind, add its variant, after
//! which the compiler names every place, and its line in [`kind::KINDS`].

mod cidr;
mod domain;
mod inclusion;
mod kind;
mod length;
mod may_admit;
mod meet;
mod overlap;
mod samples;
mod types;
mod under;
mod values;

pub use may_admit::ParamType;
pub(in crate::grant) use meet::RuleIntersection;
pub(in crate::grant) use samples::Samples;

use self::kind::{KINDS, KindPlace, RuleKind};
use self::types::Types;
use super::elements::read_known_members;
use crate::grant::attempt::Param;
use crate::json::document::Node;
use crate::json::write::{member, object};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The answer of a rule about a value. Only [`RuleAnswer::Admits`] permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleAnswer {
    /// The rule admits the value.
    Admits,
    /// The rule objects to the value.
    Objects,
    /// The parameter is absent, of a type that the rule is not about, or of a form that the rule
    /// cannot read.
    CannotTell,
}

impl RuleAnswer {
    /// The answer of a kind that can tell.
    fn of(admits: bool) -> Self {
        if admits { Self::Admits } else { Self::Objects }
    }

    /// The first answer that does not admit.
    fn all(mut answers: impl Iterator<Item = Self>) -> Self {
        answers.find(|answer| *answer != Self::Admits).unwrap_or(Self::Admits)
    }
}

/// The conditions of a grant on one parameter. Every kind in the rule must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The kinds in canonical order, at least one, each at most once.
    kinds: Vec<RuleKind>,
}

impl Rule {
    /// Reads the own rule of a parameter, such as `{"min":1,"max":4}`. All faults are reported.
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let rule = Self::read_kinds(node)?;
        if rule.kinds.len() > 1 && rule.must_be_alone() {
            node.fault("`absent` or `optional` beside other kinds, expected it alone");
            return None;
        }
        Some(rule)
    }

    /// Reads a rule inside another rule. An inner rule always has a value.
    fn read_inner(node: &Node<'_>) -> Option<Self> {
        let rule = Self::read_kinds(node)?;
        if rule.must_be_alone() {
            node.fault("`absent` or `optional` inside a rule, expected it only as a parameter's own rule");
            return None;
        }
        Some(rule)
    }

    fn read_kinds(node: &Node<'_>) -> Option<Self> {
        let names = KINDS.map(|(name, ..)| name);
        let (members, mut sound) = read_known_members(node, &names)?;
        let mut kinds = Vec::new();
        for (name, _, read) in KINDS {
            match members.optional(name).map(read) {
                Some(Some(kind)) => kinds.push(kind),
                Some(None) => sound = false,
                None => {}
            }
        }
        if sound && kinds.is_empty() {
            node.fault("a rule that says nothing, expected at least one kind");
            return None;
        }
        sound.then_some(Self { kinds })
    }

    /// Whether a kind of the rule is about absence.
    fn must_be_alone(&self) -> bool {
        self.kinds.iter().any(|kind| kind.place() == KindPlace::Alone)
    }

    /// The answer about the value of a parameter; `None` if the attempt does not have it.
    #[must_use]
    pub fn answer(&self, value: Option<&Param>) -> RuleAnswer {
        RuleAnswer::all(self.kinds.iter().map(|kind| kind.answer(value)))
    }

    /// Whether the rule admits the value of a parameter.
    pub(in crate::grant) fn admits(&self, value: Option<&Param>) -> bool {
        self.answer(value) == RuleAnswer::Admits
    }

    /// The types of values that the rule can admit.
    fn types(&self) -> Types {
        let types = self.kinds.iter().map(RuleKind::types);
        types.fold(Types::ALL, Types::and)
    }
}

impl fmt::Display for Rule {
    /// Writes the canonical JSON spelling.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<String> = self
            .kinds
            .iter()
            .map(|kind| member(kind.name(), kind.to_json()))
            .collect();
        f.write_str(&object(&kinds))
    }
}
