//! Rules: what a grant asks of one parameter.
//!
//! A rule is one or more *kinds*, which all have to hold. To add a kind: write its file, which says how it is read, answered,
//! written and narrowed, and add its line to [`KINDS`].

mod bound;
mod eq;
mod glob;
mod one_of;
mod value;

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
const KINDS: [(&str, Read); 5] = [
    ("eq", eq::read),
    ("glob", glob::read),
    ("in", one_of::read),
    ("max", bound::read_max),
    ("min", bound::read_min),
];

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
    fn answer(&self, value: Option<&Param>) -> Answer;

    /// The JSON that stands behind its name; reading this gives an equal kind.
    fn to_json(&self) -> String;

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
    /// Reads a rule object, such as `{"min":1,"max":4}`. All faults are reported.
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let names = KINDS.map(|(name, _)| name);
        let (members, mut sound) = known_members(node, &names)?;
        let mut kinds = Vec::new();
        for (name, read) in KINDS {
            match members.optional(name).map(read) {
                Some(Some(kind)) => kinds.push((name, kind)),
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
