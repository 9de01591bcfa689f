//! The kinds of rules: reading, answer and writing of each. `docs/grants.md` defines them.

use super::cidr::Cidr;
use super::domain::Domain;
use super::length::Length;
use super::types::Types;
use super::under::Under;
use super::values::{self, RuleValues};
use super::{Rule, RuleAnswer};
use crate::grant::attempt::Param;
use crate::grant::elements;
use crate::grant::pattern::Pattern;
use crate::json::Quoted;
use crate::json::document::Node;
use crate::json::number::Number;
use alloc::string::{String, ToString as _};

/// One condition on a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RuleKind {
    /// The request does not have the parameter.
    Absent,
    /// The value is the text of an IP address in this network.
    Cidr(Cidr),
    /// The value is a URL whose host is this name, or strictly below it.
    Domain(Domain),
    /// The value is a list that is not empty, and this rule admits every element.
    Each(Rule),
    /// The value equals this one.
    Eq(Param),
    /// The value is a text that matches; `*` stops at `/` and `:` here too.
    Glob(Pattern),
    /// The value is one of these.
    In(RuleValues),
    /// The value is a text of so many Unicode scalar values, or a list of so many elements.
    Length(Length),
    /// The value is a number, at most this one.
    Max(Number),
    /// The value is a number, at least this one.
    Min(Number),
    /// The value is none of these, but of a type that is among them.
    NotIn(RuleValues),
    /// The request does not have the parameter, or this rule admits its value.
    Optional(Rule),
    /// The value is an absolute path, this one or below it.
    Under(Under),
}

/// The position that a kind may have in a rule.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KindPlace {
    /// Any rule, beside other kinds.
    Anywhere,
    /// The only kind of the own rule of a parameter, because the kind is about absence.
    Alone,
}

/// The reader of the JSON value of a kind.
type ReadKind = fn(&Node<'_>) -> Option<RuleKind>;

/// The kinds by name, in canonical order.
pub(super) const KINDS: [(&str, KindPlace, ReadKind); 13] = [
    ("absent", KindPlace::Alone, absent),
    ("cidr", KindPlace::Anywhere, |node| Cidr::read(node).map(RuleKind::Cidr)),
    ("domain", KindPlace::Anywhere, |node| {
        Domain::read(node).map(RuleKind::Domain)
    }),
    ("each", KindPlace::Anywhere, |node| {
        Rule::read_inner(node).map(RuleKind::Each)
    }),
    ("eq", KindPlace::Anywhere, |node| {
        values::read_value(node).map(RuleKind::Eq)
    }),
    ("glob", KindPlace::Anywhere, |node| {
        elements::read_pattern(node).map(RuleKind::Glob)
    }),
    ("in", KindPlace::Anywhere, |node| {
        RuleValues::read(node).map(RuleKind::In)
    }),
    ("length", KindPlace::Anywhere, |node| {
        Length::read(node).map(RuleKind::Length)
    }),
    ("max", KindPlace::Anywhere, |node| {
        node.number().cloned().map(RuleKind::Max)
    }),
    ("min", KindPlace::Anywhere, |node| {
        node.number().cloned().map(RuleKind::Min)
    }),
    ("not_in", KindPlace::Anywhere, |node| {
        RuleValues::read(node).map(RuleKind::NotIn)
    }),
    ("optional", KindPlace::Alone, |node| {
        Rule::read_inner(node).map(RuleKind::Optional)
    }),
    ("under", KindPlace::Anywhere, |node| {
        Under::read(node).map(RuleKind::Under)
    }),
];

fn absent(node: &Node<'_>) -> Option<RuleKind> {
    match node.bool()? {
        true => Some(RuleKind::Absent),
        false => node.expected("`true`"),
    }
}

impl RuleKind {
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

    pub(super) fn place(&self) -> KindPlace {
        match self {
            Self::Absent | Self::Optional(_) => KindPlace::Alone,
            _ => KindPlace::Anywhere,
        }
    }

    /// The answer about the value of the parameter; `None` if the attempt does not have it.
    pub(super) fn answer(&self, found: Option<&Param>) -> RuleAnswer {
        match (self, found) {
            (Self::Absent, _) => RuleAnswer::of(found.is_none()),
            (Self::Optional(_), None) => RuleAnswer::Admits,
            (Self::Optional(rule), _) => rule.answer(found),
            (_, None) => RuleAnswer::CannotTell,
            (_, Some(value)) => self.answer_value(value),
        }
    }

    fn answer_value(&self, value: &Param) -> RuleAnswer {
        match (self, value) {
            (Self::Eq(own), _) if Types::of(own) == Types::of(value) => RuleAnswer::of(own.equals(value)),
            (Self::In(own), _) => own.answer(value),
            (Self::NotIn(own), _) => own.answer(value).reversed(),
            (Self::Min(least), Param::Number(number)) => RuleAnswer::of(number >= least),
            (Self::Max(most), Param::Number(number)) => RuleAnswer::of(number <= most),
            (Self::Min(least), Param::Double(number)) => RuleAnswer::of(least.compare_as_double(number).is_le()),
            (Self::Max(most), Param::Double(number)) => RuleAnswer::of(most.compare_as_double(number).is_ge()),
            (Self::Glob(pattern), Param::Text(text)) => RuleAnswer::of(pattern.matches(text)),
            (Self::Under(path), Param::Text(text)) => path.answer(text),
            (Self::Cidr(network), Param::Text(text)) => network.answer(text),
            (Self::Domain(domain), Param::Text(text)) => domain.answer(text),
            (Self::Length(length), Param::Text(text)) => length.answer(text.chars().count()),
            (Self::Length(length), Param::List(values)) => length.answer(values.len()),
            (Self::Each(_), Param::List(values)) if values.is_empty() => RuleAnswer::Objects,
            (Self::Each(rule), Param::List(values)) => {
                RuleAnswer::all(values.iter().map(|value| rule.answer(Some(value))))
            }
            _ => RuleAnswer::CannotTell,
        }
    }

    /// The types of values that the kind can admit. About all others it cannot tell.
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

    /// The JSON value of the kind. A reader reads it as an equal kind.
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

impl RuleAnswer {
    /// The answer of the negated kind, which cannot tell more.
    fn reversed(self) -> Self {
        match self {
            Self::Admits => Self::Objects,
            Self::Objects => Self::Admits,
            Self::CannotTell => Self::CannotTell,
        }
    }
}
