//! Rules: what a grant asks of one parameter.
//!
//! A rule is one or more [`Kind`]s, which all have to hold. To add a kind: add its variant, which the compiler then asks about
//! everywhere, and its line to [`kind::KINDS`].

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
pub(in crate::grant) use meet::Meet;
pub(in crate::grant) use samples::Samples;

use self::kind::{KINDS, KindPlace, RuleKind};
use self::types::Types;
use super::read::read_known_members;
use crate::attempt::Param;
use crate::document::Node;
use crate::json::write::{member, object};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// What a rule says of a value. Only [`Answer::Admits`] permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleAnswer {
    /// The value is one that the rule names.
    Admits,
    /// It is not.
    Objects,
    /// The parameter is absent, of a type that the rule is not about, or of no form that it reads.
    CannotTell,
}

impl RuleAnswer {
    /// The answer of a kind that could tell.
    fn of(admits: bool) -> Self {
        if admits { Self::Admits } else { Self::Objects }
    }

    /// The first answer that does not admit.
    fn all(mut answers: impl Iterator<Item = Self>) -> Self {
        answers.find(|answer| *answer != Self::Admits).unwrap_or(Self::Admits)
    }
}

/// What a grant asks of one parameter: every kind in it has to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// In canonical order, at least one, each at most once.
    kinds: Vec<RuleKind>,
}

impl Rule {
    /// Reads a parameter's own rule, such as `{"min":1,"max":4}`. All faults are reported.
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let rule = Self::read_kinds(node)?;
        if rule.kinds.len() > 1 && rule.must_be_alone() {
            node.fault("`absent` or `optional` beside other kinds, expected it alone");
            return None;
        }
        Some(rule)
    }

    /// Reads a rule inside another, which has a value to speak of.
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

    /// Whether a kind in it speaks of there being no value.
    fn must_be_alone(&self) -> bool {
        self.kinds.iter().any(|kind| kind.place() == KindPlace::Alone)
    }

    /// What the rule says of a parameter's value; `None` if the attempt has no such parameter.
    #[must_use]
    pub fn answer(&self, value: Option<&Param>) -> RuleAnswer {
        RuleAnswer::all(self.kinds.iter().map(|kind| kind.answer(value)))
    }

    /// Whether the rule admits a parameter's value.
    pub(in crate::grant) fn admits(&self, value: Option<&Param>) -> bool {
        self.answer(value) == RuleAnswer::Admits
    }

    /// The types of what the rule can admit.
    fn types(&self) -> Types {
        let types = self.kinds.iter().map(RuleKind::types);
        types.fold(Types::ALL, Types::and)
    }
}

impl fmt::Display for Rule {
    /// The canonical JSON spelling.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<String> = self
            .kinds
            .iter()
            .map(|kind| member(kind.name(), kind.to_json()))
            .collect();
        f.write_str(&object(&kinds))
    }
}
