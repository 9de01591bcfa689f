//! Strict, bounded JSON: duplicate members are errors, numbers keep their exact value, depth and
//! size have limits.
//!
//! The parser makes one pass over the bytes, whatever the nesting. So the cost of a document from
//! an unauthenticated client depends only on its length. The lexer is `hifijson`, which returns
//! numbers as they are written; this module decides about limits, duplicates and exactness.

use crate::json::number::Number;
use crate::limits::JSON_DEPTH;
use crate::small_code::heap_sort::sorted;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use hifijson::num::{Lex as _, LexWrite as _};
use hifijson::str::LexAlloc as _;
use hifijson::token::Lex as _;
use hifijson::{Expect, SliceLexer};

pub mod document;
pub mod number;
pub mod object;
#[cfg(test)]
mod tests;
pub mod text;
pub(crate) mod write;

pub use write::Quoted;

/// A JSON value (RFC 8259). Members keep the order of the document; no name occurs twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// The value `null`.
    Null,
    /// A truth value: `true` or `false`.
    Bool(bool),
    /// An exact number.
    Number(Number),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The member called `name`, if this is an object with such a member.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Json> {
        match self {
            Self::Object(members) => members.iter().find_map(|(own, value)| (own == name).then_some(value)),
            _ => None,
        }
    }
}

/// The cause why bytes are not an accepted JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// The bytes are not UTF-8 or not JSON; `at` is the byte offset at which the parser stopped.
    Syntax {
        /// Offset in bytes.
        at: usize,
    },
    /// A member name occurs twice in one object. Names are compared after unescaping.
    Duplicate {
        /// The duplicate name.
        name: String,
    },
    /// The nesting is deeper than [`crate::limits::JSON_DEPTH`].
    TooDeep,
    /// The document has more values than the caller allows.
    TooManyValues,
    /// A number is longer than [`crate::limits::NUMBER_BYTES`] or has an exponent beyond
    /// [`crate::limits::NUMBER_EXPONENT`].
    NumberRange,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { at } => write!(f, "not JSON at byte {at}"),
            Self::Duplicate { name } => write!(f, "member `{}` stands twice in one object", EscapedInput(name)),
            Self::TooDeep => write!(f, "nested deeper than {JSON_DEPTH} levels"),
            Self::TooManyValues => f.write_str("more values than the limit"),
            Self::NumberRange => f.write_str("a number beyond the limits of length or exponent"),
        }
    }
}

impl core::error::Error for JsonError {}

/// Input in a message: at most 80 characters with escaped control characters, so that a message
/// stays one readable line.
pub(crate) struct EscapedInput<'a>(pub(crate) &'a str);

impl fmt::Display for EscapedInput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CHARACTERS: usize = 80;
        let mut rest = self.0.chars();
        for escaped in rest.by_ref().take(CHARACTERS).map(char::escape_debug) {
            escaped.fmt(f)?;
        }
        if rest.next().is_some() {
            f.write_str("…")
        } else {
            Ok(())
        }
    }
}

/// Parses one JSON document of at most `values` values. All of `bytes` must be the document.
///
/// Values are members, elements and scalars together, the document itself included. A document of
/// `n` bytes takes time in proportion to `n`, and at worst `n log n` for the names of one object.
///
/// # Errors
/// The first fault, as a [`JsonError`].
pub fn parse(bytes: &[u8], values: usize) -> Result<Json, JsonError> {
    let mut lexer = SliceLexer::new(bytes);
    let mut room = ParseBudget::of(values);
    let read = lexer.exactly_one(SliceLexer::ws_peek, |first, lexer| read_value(first, lexer, &mut room));
    read.map_err(|stop| match stop {
        Stop::Refused(error) => error,
        Stop::Syntax => JsonError::Syntax {
            at: bytes.len() - lexer.as_slice().len(),
        },
    })
}

/// The members of an object by name, with their values as text. `None` if `text` is no object, or
/// if [`parse`] would refuse it for another cause than a duplicate name or a number out of range.
pub(crate) fn members_as_written(text: &str, values: usize) -> Option<Vec<(Cow<'_, str>, &str)>> {
    let mut lexer = SliceLexer::new(text.as_bytes());
    let mut room = ParseBudget::of(values);
    let mut members = Vec::new();
    let read = lexer.exactly_one(SliceLexer::ws_peek, |first, lexer| {
        room.take_value()?;
        lexer.expect(|_| Some(first), b'{').ok_or(Stop::Syntax)?;
        room.nest(|room| {
            lexer.seq(b'}', SliceLexer::ws_peek, |first, lexer| {
                let (name, first) = read_name(first, lexer)?;
                let begin = text.len() - lexer.as_slice().len();
                skip_value(first, lexer, room)?;
                let end = text.len() - lexer.as_slice().len();
                members.push((name, text.get(begin..end).ok_or(Stop::Syntax)?));
                Ok::<_, Stop>(())
            })
        })
    });
    read.ok().map(|()| members)
}

/// The cause why the parser stopped. The position is known from the rest of the lexer.
enum Stop {
    Syntax,
    Refused(JsonError),
}

impl From<Expect> for Stop {
    fn from(_: Expect) -> Self {
        Self::Syntax
    }
}

impl From<hifijson::str::Error> for Stop {
    fn from(_: hifijson::str::Error) -> Self {
        Self::Syntax
    }
}

impl From<hifijson::num::Error> for Stop {
    fn from(_: hifijson::num::Error) -> Self {
        Self::Syntax
    }
}

/// The values and the depth that the parser may still use.
struct ParseBudget {
    values: usize,
    depth: usize,
}

impl ParseBudget {
    fn of(values: usize) -> Self {
        Self {
            values,
            depth: JSON_DEPTH,
        }
    }

    fn take_value(&mut self) -> Result<(), Stop> {
        self.values = self
            .values
            .checked_sub(1)
            .ok_or(Stop::Refused(JsonError::TooManyValues))?;
        Ok(())
    }

    /// Runs `inner` one level deeper. The check comes before the recursion.
    fn nest<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Stop>) -> Result<T, Stop> {
        self.depth = self.depth.checked_sub(1).ok_or(Stop::Refused(JsonError::TooDeep))?;
        let read = inner(self)?;
        self.depth += 1;
        Ok(read)
    }
}

/// The value that begins with the byte `first`, which the lexer has peeked.
fn read_value(first: u8, lexer: &mut SliceLexer<'_>, room: &mut ParseBudget) -> Result<Json, Stop> {
    room.take_value()?;
    match first {
        b'"' => Ok(Json::Text(lexer.discarded().str_string()?.into_owned())),
        b'-' | b'0'..=b'9' => read_number(lexer),
        b'[' => room.nest(|room| read_list(lexer.discarded(), room)),
        b'{' => room.nest(|room| read_object(lexer.discarded(), room)),
        b'n' | b't' | b'f' => match lexer.null_or_bool().ok_or(Stop::Syntax)? {
            Some(value) => Ok(Json::Bool(value)),
            None => Ok(Json::Null),
        },
        _ => Err(Stop::Syntax),
    }
}

fn read_number(lexer: &mut SliceLexer<'_>) -> Result<Json, Stop> {
    let (text, _) = lexer.num_string().validated()?;
    Number::parse(text)
        .map(Json::Number)
        .ok_or(Stop::Refused(JsonError::NumberRange))
}

fn read_list(lexer: &mut SliceLexer<'_>, room: &mut ParseBudget) -> Result<Json, Stop> {
    let mut items = Vec::new();
    lexer.seq(b']', SliceLexer::ws_peek, |first, lexer| {
        items.push(read_value(first, lexer, room)?);
        Ok::<_, Stop>(())
    })?;
    // Most arrays are short, and a vector starts with room for four.
    items.shrink_to_fit();
    Ok(Json::List(items))
}

fn read_object(lexer: &mut SliceLexer<'_>, room: &mut ParseBudget) -> Result<Json, Stop> {
    let mut members = Vec::new();
    lexer.seq(b'}', SliceLexer::ws_peek, |first, lexer| {
        let (name, first) = read_name(first, lexer)?;
        members.push((name.into_owned(), read_value(first, lexer, room)?));
        Ok::<_, Stop>(())
    })?;
    members.shrink_to_fit();
    match find_duplicate(&members) {
        None => Ok(Json::Object(members)),
        Some(name) => Err(Stop::Refused(JsonError::Duplicate { name: name.into() })),
    }
}

/// The name of a member, whose first byte is `first`, and the first byte of its value.
fn read_name<'t>(first: u8, lexer: &mut SliceLexer<'t>) -> Result<(Cow<'t, str>, u8), Stop> {
    lexer.expect(|_| Some(first), b'"').ok_or(Expect::String)?;
    let name = lexer.str_string()?;
    lexer.expect(SliceLexer::ws_peek, b':').ok_or(Expect::Colon)?;
    Ok((name, lexer.ws_peek().ok_or(Expect::Value)?))
}

/// Skips the value that begins with the byte `first`.
fn skip_value(first: u8, lexer: &mut SliceLexer<'_>, room: &mut ParseBudget) -> Result<(), Stop> {
    room.take_value()?;
    match first {
        b'"' => Ok(lexer.discarded().str_string().map(drop)?),
        b'-' | b'0'..=b'9' => Ok(lexer.num_ignore().validate().map(drop)?),
        b'[' => room.nest(|room| {
            lexer
                .discarded()
                .seq(b']', SliceLexer::ws_peek, |first, lexer| skip_value(first, lexer, room))
        }),
        b'{' => room.nest(|room| {
            lexer.discarded().seq(b'}', SliceLexer::ws_peek, |first, lexer| {
                let (_, first) = read_name(first, lexer)?;
                skip_value(first, lexer, room)
            })
        }),
        _ => lexer.null_or_bool().map(drop).ok_or(Stop::Syntax),
    }
}

/// A name that occurs twice. The search sorts the names, so that an object with many members stays
/// cheap.
fn find_duplicate(members: &[(String, Json)]) -> Option<&str> {
    let names = sorted(members.iter().map(|(name, _)| name.as_str()));
    names.windows(2).find_map(|pair| match pair {
        [one, other] if one == other => Some(*one),
        _ => None,
    })
}
