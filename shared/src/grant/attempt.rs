//! Attempts: an action on a resource, with typed parameters. A request is one or several attempts,
//! and a grant must permit each.

use crate::json::Quoted;
use crate::json::number::Number;
use crate::small_code::text_eq::text_eq;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

/// The value of a parameter, with the type that the operation declares. Values are ordered by type,
/// then by value, so that lists of values can be searched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Param {
    /// Text, compared byte for byte.
    Text(String),
    /// A number, compared by value.
    Number(Number),
    /// A number as a floating-point reader reads it. A comparison with the number of a rule uses
    /// the nearest doubles of both.
    Double(Number),
    /// A truth value.
    Bool(bool),
    /// Several values, in order.
    List(Vec<Param>),
}

impl Param {
    /// Whether the two values are equal: `==`, but fast for texts.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(own), Self::Text(other)) => text_eq(own, other),
            (Self::Number(own), Self::Number(other)) => own.cmp(other).is_eq(),
            (Self::Number(own), Self::Double(other)) => own.compare_as_double(other).is_eq(),
            _ => self == other,
        }
    }

    /// The order of a value of a rule relative to a value of an attempt.
    pub(crate) fn compare(&self, found: &Self) -> Ordering {
        match (self, found) {
            (Self::Number(own), Self::Double(found)) => own.compare_as_double(found),
            _ => self.cmp(found),
        }
    }

    /// The value as a floating-point reader reads it; `None` if it surely stays the same.
    #[must_use]
    pub fn in_doubles(&self) -> Option<Self> {
        if !self.changes_in_doubles() {
            return None;
        }
        match self {
            Self::Number(number) => Some(Self::Double(number.clone())),
            Self::List(values) => {
                let values = values
                    .iter()
                    .map(|value| value.in_doubles().unwrap_or_else(|| value.clone()));
                Some(Self::List(values.collect()))
            }
            Self::Double(_) | Self::Text(_) | Self::Bool(_) => None,
        }
    }

    /// Whether the value may change for a floating-point reader.
    fn changes_in_doubles(&self) -> bool {
        match self {
            Self::Number(number) => !number.is_kept_by_doubles(),
            Self::List(values) => values.iter().any(Self::changes_in_doubles),
            Self::Double(_) | Self::Text(_) | Self::Bool(_) => false,
        }
    }

    /// Whether a number of the value is no number to a floating-point reader.
    #[must_use]
    pub fn is_beyond_doubles(&self) -> bool {
        match self {
            Self::Number(number) | Self::Double(number) => number.is_beyond_doubles(),
            Self::List(values) => values.iter().any(Self::is_beyond_doubles),
            Self::Text(_) | Self::Bool(_) => false,
        }
    }
}

/// One action on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The action, such as `book` or `rds:DescribeDBInstances`.
    pub action: String,
    /// The resource, such as `tickets` or `s3://my-bucket/logs/2026-05/a.txt`.
    pub resource: String,
    /// Parameters by name; a name occurs at most once. The list omits a parameter that the request
    /// omits.
    pub params: Vec<(String, Param)>,
}

impl Attempt {
    /// The parameter called `name`, if the request has it.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&Param> {
        self.params
            .iter()
            .find_map(|(own, value)| text_eq(own, name).then_some(value))
    }
}

impl fmt::Display for Param {
    /// Writes the value as JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => Quoted(text).fmt(f),
            Self::Number(number) | Self::Double(number) => number.fmt(f),
            Self::Bool(value) => value.fmt(f),
            Self::List(values) => {
                f.write_str("[")?;
                let mut between = "";
                for value in values {
                    write!(f, "{between}{value}")?;
                    between = ",";
                }
                f.write_str("]")
            }
        }
    }
}
