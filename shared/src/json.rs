//! Strict, bounded JSON: duplicate members are errors, numbers keep their exact value, depth and size have limits.

use crate::number::Number;
use alloc::string::String;
use alloc::vec::Vec;

/// A JSON value (RFC 8259). Members keep the order in which they were written; no name occurs twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, exact.
    Number(Number),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The member called `name`, if this is an object that has it.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Json> {
        match self {
            Self::Object(members) => members.iter().find_map(|(own, value)| (own == name).then_some(value)),
            _ => None,
        }
    }
}

/// Why bytes are not a JSON document that is read here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// Not UTF-8, or not JSON; `at` is a byte offset where that is known.
    Syntax {
        /// Offset in bytes.
        at: usize,
    },
    /// A member name occurs twice in one object.
    Duplicate {
        /// The name.
        name: String,
    },
    /// Nested deeper than [`crate::limits::JSON_DEPTH`].
    TooDeep,
    /// More values than the caller allows.
    TooManyValues,
    /// A number longer than [`crate::limits::NUMBER_BYTES`] or with an exponent beyond [`crate::limits::NUMBER_EXPONENT`].
    NumberRange,
}

/// Reads one JSON document of at most `values` values; the whole of `bytes` must be it.
///
/// # Errors
/// The first thing found wrong, as a [`JsonError`].
pub fn parse(_bytes: &[u8], _values: usize) -> Result<Json, JsonError> {
    todo!()
}
