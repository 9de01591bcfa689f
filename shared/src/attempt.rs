//! What a request attempts: an action on a resource, with typed parameters. A request is one or several attempts, and all
//! must be permitted.

use crate::json::Quoted;
use crate::number::Number;
use crate::short::same;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A parameter's value, as typed by the operation that read it. Ordered by type, then by value, so that lists of values can be searched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Param {
    /// Text, compared byte for byte.
    Text(String),
    /// A number, compared by value.
    Number(Number),
    /// A truth value.
    Bool(bool),
    /// Several values, in order.
    List(Vec<Param>),
}

impl Param {
    /// Whether the two are the same value: `==`, but quick for texts.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(own), Self::Text(other)) => same(own, other),
            (Self::Number(own), Self::Number(other)) => own.cmp(other).is_eq(),
            _ => self == other,
        }
    }
}

/// One action on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Such as `book` or `rds:DescribeDBInstances`.
    pub action: String,
    /// Such as `tickets` or `s3://my-bucket/logs/2026-05/a.txt`.
    pub resource: String,
    /// Parameters by name; a name occurs at most once. A parameter that the request leaves out is not here.
    pub params: Vec<(String, Param)>,
}

impl Attempt {
    /// The parameter called `name`, if the request gave it.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&Param> {
        self.params
            .iter()
            .find_map(|(own, value)| same(own, name).then_some(value))
    }
}

impl fmt::Display for Param {
    /// As JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => Quoted(text).fmt(f),
            Self::Number(number) => number.fmt(f),
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
