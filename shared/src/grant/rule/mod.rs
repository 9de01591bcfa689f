//! Rules: what a grant asks of one parameter.
//!
//! A rule is one or more *kinds*, which all have to hold. To add a kind: write its file, which says how it is read, answered,
//! written and narrowed, and add its line to [`KINDS`].

mod absent;
mod bound;
mod cidr;
mod domain;
mod each;
mod eq;
mod glob;
mod length;
mod may_admit;
mod not_in;
mod one_of;
mod optional;
mod types;
mod under;
mod value;

pub use self::may_admit::ParamType;
use self::types::Types;
use super::read::known_members;
use crate::attempt::Param;
use crate::document::Node;
use crate::json::write::{member, object};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::Any;
use core::fmt;

/// The kinds by name, in canonical order.
const KINDS: [(&str, Place, Read); 13] = [
    ("absent", Place::Alone, absent::read),
    ("cidr", Place::Anywhere, cidr::read),
    ("domain", Place::Anywhere, domain::read),
    ("each", Place::Anywhere, each::read),
    ("eq", Place::Anywhere, eq::read),
    ("glob", Place::Anywhere, glob::read),
    ("in", Place::Anywhere, one_of::read),
    ("length", Place::Anywhere, length::read),
    ("max", Place::Anywhere, bound::read_max),
    ("min", Place::Anywhere, bound::read_min),
    ("not_in", Place::Anywhere, not_in::read),
    ("optional", Place::Alone, optional::read),
    ("under", Place::Anywhere, under::read),
];

/// Where a kind may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In any rule, beside other kinds.
    Anywhere,
    /// As the only kind of a parameter's own rule: it speaks of there being no value.
    Alone,
}

/// Reads what stands behind a kind's name.
type Read = fn(&Node<'_>) -> Option<Arc<dyn Kind>>;

/// What a rule says of a value. Only [`Answer::Admits`] permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The value is one that the rule names.
    Admits,
    /// It is not.
    Objects,
    /// The parameter is absent or of a type that the rule is not about.
    CannotTell,
}

impl Answer {
    /// The answer of a kind that could tell.
    fn of(admits: bool) -> Self {
        if admits { Self::Admits } else { Self::Objects }
    }
}

/// One condition on a value.
trait Kind: Any + fmt::Debug + Send + Sync {
    /// What it says of the parameter's value; `None` if the attempt has no such parameter.
    fn answer(&self, found: Option<&Param>) -> Answer;

    /// The JSON that stands behind its name; reading this gives an equal kind.
    fn to_json(&self) -> String;

    /// The types of what it can admit. Of all others it cannot tell.
    fn types(&self) -> Types;

    /// Whether it admits every value that `child` admits. May say no although it does, never yes although it does not.
    ///
    /// Is not asked if the child's values are listed: then they are tried one by one.
    fn is_implied_by(&self, child: &Rule) -> bool;

    /// All values that it can admit, where they are listed.
    fn values(&self) -> Option<&[Param]> {
        None
    }
}

/// What a grant asks of one parameter: every kind in it has to hold.
#[derive(Clone, Debug)]
pub struct Rule {
    kinds: Vec<(&'static str, Arc<dyn Kind>)>,
}

impl Rule {
    /// Reads a parameter's own rule, such as `{"min":1,"max":4}`. All faults are reported.
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let (rule, alone) = Self::read_kinds(node)?;
        if alone && rule.kinds.len() > 1 {
            node.fault("`absent` or `optional` beside other kinds, expected it alone");
            return None;
        }
        Some(rule)
    }

    /// Reads a rule inside another, which has a value to speak of.
    fn read_inner(node: &Node<'_>) -> Option<Self> {
        let (rule, alone) = Self::read_kinds(node)?;
        if alone {
            node.fault("`absent` or `optional` inside a rule, expected it only as a parameter's own rule");
            return None;
        }
        Some(rule)
    }

    /// Reads a rule, and whether it has a kind that has to stand alone.
    fn read_kinds(node: &Node<'_>) -> Option<(Self, bool)> {
        let names = KINDS.map(|(name, ..)| name);
        let (members, mut sound) = known_members(node, &names)?;
        let mut kinds = Vec::new();
        let mut alone = false;
        for (name, place, read) in KINDS {
            match members.optional(name).map(read) {
                Some(Some(kind)) => kinds.push((name, kind)),
                Some(None) => sound = false,
                None => continue,
            }
            alone |= place == Place::Alone;
        }
        if sound && kinds.is_empty() {
            node.fault("a rule that says nothing, expected at least one kind");
            return None;
        }
        sound.then_some((Self { kinds }, alone))
    }

    /// What the rule says of a parameter's value; `None` if the attempt has no such parameter.
    #[must_use]
    pub fn answer(&self, value: Option<&Param>) -> Answer {
        let mut answers = self.kinds.iter().map(|(_, kind)| kind.answer(value));
        answers
            .find(|answer| *answer != Answer::Admits)
            .unwrap_or(Answer::Admits)
    }

    /// Whether this rule admits every value that `child` admits. May say no although it does, never yes although it does not.
    pub(super) fn is_implied_by(&self, child: &Self) -> bool {
        if let Some(values) = child.kinds.iter().find_map(|(_, kind)| kind.values()) {
            let mut permitted = values.iter().filter(|value| child.admits(value));
            return permitted.all(|value| self.admits(value));
        }
        self.kinds.iter().all(|(_, kind)| kind.is_implied_by(child))
    }

    /// The types of what the rule can admit.
    fn types(&self) -> Types {
        let types = self.kinds.iter().map(|(_, kind)| kind.types());
        types.fold(Types::ALL, Types::and)
    }

    fn admits(&self, value: &Param) -> bool {
        self.answer(Some(value)) == Answer::Admits
    }

    /// The part of this rule that is of kind `K`.
    fn kind<K: Kind>(&self) -> Option<&K> {
        self.kinds.iter().find_map(|(_, kind)| {
            let kind: &dyn Any = &**kind;
            kind.downcast_ref()
        })
    }
}

impl fmt::Display for Rule {
    /// The canonical JSON spelling.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<String> = self
            .kinds
            .iter()
            .map(|(name, kind)| member(name, kind.to_json()))
            .collect();
        f.write_str(&object(&kinds))
    }
}
