//! The kinds of rules: how each is read, answered and written. `docs/grants.md` defines them.

use super::cidr::Cidr;
use super::domain::Domain;
use super::length::Length;
use super::types::Types;
use super::under::Under;
use super::values::{self, Values};
use super::{Answer, Rule};
use crate::attempt::Param;
use crate::document::Node;
use crate::grant::elements;
use crate::grant::pattern::Pattern;
use crate::json::Quoted;
use crate::number::Number;
use alloc::string::{String, ToString as _};

/// One condition on a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The request does not have the parameter.
    Absent,
    /// The text of an IP address in this network.
    Cidr(Cidr),
    /// A URL whose host is this name, or strictly below it.
    Domain(Domain),
    /// A list that is not empty, and this rule admits every element.
    Each(Rule),
    /// This value.
    Eq(Param),
    /// Text that matches; `*` stops at `/` and `:` here too.
    Glob(Pattern),
    /// One of these values.
    In(Values),
    /// Text of so many Unicode scalar values, or a list of so many elements.
    Length(Length),
    /// A number, at most this.
    Max(Number),
    /// A number, at least this.
    Min(Number),
    /// None of these values, but of a type that is among them.
    NotIn(Values),
    /// The request does not have the parameter, or this rule admits its value.
    Optional(Rule),
    /// An absolute path, this one or below it.
    Under(Under),
}

/// Where a kind may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In any rule, beside other kinds.
    Anywhere,
    /// As the only kind of a parameter's own rule: it speaks of there being no value.
    Alone,
}

/// Reads what stands behind a kind's name.
type Read = fn(&Node<'_>) -> Option<Kind>;

/// The kinds by name, in canonical order.
pub(super) const KINDS: [(&str, Place, Read); 13] = [
    ("absent", Place::Alone, absent),
    ("cidr", Place::Anywhere, |node| Cidr::read(node).map(Kind::Cidr)),
    ("domain", Place::Anywhere, |node| Domain::read(node).map(Kind::Domain)),
    ("each", Place::Anywhere, |node| Rule::read_inner(node).map(Kind::Each)),
    ("eq", Place::Anywhere, |node| values::read_one(node).map(Kind::Eq)),
    ("glob", Place::Anywhere, |node| elements::pattern(node).map(Kind::Glob)),
    ("in", Place::Anywhere, |node| Values::read(node).map(Kind::In)),
    ("length", Place::Anywhere, |node| Length::read(node).map(Kind::Length)),
    ("max", Place::Anywhere, |node| node.number().cloned().map(Kind::Max)),
    ("min", Place::Anywhere, |node| node.number().cloned().map(Kind::Min)),
    ("not_in", Place::Anywhere, |node| Values::read(node).map(Kind::NotIn)),
    ("optional", Place::Alone, |node| {
        Rule::read_inner(node).map(Kind::Optional)
    }),
    ("under", Place::Anywhere, |node| Under::read(node).map(Kind::Under)),
];

fn absent(node: &Node<'_>) -> Option<Kind> {
    match node.bool()? {
        true => Some(Kind::Absent),
        false => node.expected("`true`"),
    }
}

impl Kind {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Cidr(_) => "cidr",
            Self::Domain(_) => "domain",
            Self::Each(_) => "each",
            Self::Eq(_) => "eq",
            Self::Glob(_) => "glob",
            Self::In(_) => "in",
            Self::Length(_) => "length",
            Self::Max(_) => "max",
            Self::Min(_) => "min",
            Self::NotIn(_) => "not_in",
            Self::Optional(_) => "optional",
            Self::Under(_) => "under",
        }
    }

    pub(super) fn place(&self) -> Place {
        match self {
            Self::Absent | Self::Optional(_) => Place::Alone,
            _ => Place::Anywhere,
        }
    }

    /// What it says of the parameter's value; `None` if the attempt has no such parameter.
    pub(super) fn answer(&self, found: Option<&Param>) -> Answer {
        match (self, found) {
            (Self::Absent, _) => Answer::of(found.is_none()),
            (Self::Optional(_), None) => Answer::Admits,
            (Self::Optional(rule), _) => rule.answer(found),
            (_, None) => Answer::CannotTell,
            (_, Some(value)) => self.answer_value(value),
        }
    }

    fn answer_value(&self, value: &Param) -> Answer {
        match (self, value) {
            (Self::Eq(own), _) if Types::of(own) == Types::of(value) => Answer::of(own.is(value)),
            (Self::In(own), _) => own.answer(value),
            (Self::NotIn(own), _) => own.answer(value).reversed(),
            (Self::Min(least), Param::Number(number)) => Answer::of(number >= least),
            (Self::Max(most), Param::Number(number)) => Answer::of(number <= most),
            (Self::Min(least), Param::Double(number)) => Answer::of(least.compare_as_double(number).is_le()),
            (Self::Max(most), Param::Double(number)) => Answer::of(most.compare_as_double(number).is_ge()),
            (Self::Glob(pattern), Param::Text(text)) => Answer::of(pattern.matches(text)),
            (Self::Under(path), Param::Text(text)) => path.answer(text),
            (Self::Cidr(network), Param::Text(text)) => network.answer(text),
            (Self::Domain(domain), Param::Text(text)) => domain.answer(text),
            (Self::Length(length), Param::Text(text)) => length.answer(text.chars().count()),
            (Self::Length(length), Param::List(values)) => length.answer(values.len()),
            (Self::Each(_), Param::List(values)) if values.is_empty() => Answer::Objects,
            (Self::Each(rule), Param::List(values)) => Answer::all(values.iter().map(|value| rule.answer(Some(value)))),
            _ => Answer::CannotTell,
        }
    }

    /// The types of what it can admit. Of all others it cannot tell.
    pub(super) fn types(&self) -> Types {
        match self {
            Self::Absent => Types::ABSENT,
            Self::Optional(rule) => rule.types().or(Types::ABSENT),
            Self::Eq(value) => Types::of(value),
            Self::In(values) | Self::NotIn(values) => values.types(),
            Self::Min(_) | Self::Max(_) => Types::NUMBER,
            Self::Length(length) if length.is_empty() => Types::NONE,
            Self::Length(_) => Types::TEXT.or(Types::LIST),
            Self::Each(_) => Types::LIST,
            Self::Cidr(_) | Self::Domain(_) | Self::Glob(_) | Self::Under(_) => Types::TEXT,
        }
    }

    /// The JSON that stands behind its name; reading this gives an equal kind.
    pub(super) fn to_json(&self) -> String {
        match self {
            Self::Absent => "true".into(),
            Self::Cidr(network) => Quoted(&network.to_string()).to_string(),
            Self::Domain(domain) => Quoted(&domain.to_string()).to_string(),
            Self::Each(rule) | Self::Optional(rule) => rule.to_string(),
            Self::Eq(value) => value.to_string(),
            Self::Glob(pattern) => Quoted(&pattern.to_string()).to_string(),
            Self::In(values) | Self::NotIn(values) => values.to_json(),
            Self::Length(length) => length.to_json(),
            Self::Max(bound) | Self::Min(bound) => bound.to_string(),
            Self::Under(path) => Quoted(path.as_str()).to_string(),
        }
    }
}

impl Answer {
    /// The answer of the opposite, which cannot tell more.
    fn reversed(self) -> Self {
        match self {
            Self::Admits => Self::Objects,
            Self::Objects => Self::Admits,
            Self::CannotTell => Self::CannotTell,
        }
    }
}
