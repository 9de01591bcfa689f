//! Request targets: canonical or refused.
//!
//! The grammar is RFC 3986's, less what some reader along the way changes or reads differently. In particular a WHATWG URL parser leaves every
//! accepted target as it is, so that a host that parses sends the very bytes that were judged.

use crate::http::percent::{self, Unit};
use crate::http::spelling::{Plus, spell};
use crate::reason::{self, Objection, Reason};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use edgewrit_shared::limits::TARGET_BYTES;

/// A canonical target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestTarget<'a> {
    text: &'a str,
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> RequestTarget<'a> {
    /// Reads a target in origin form (RFC 9112, section 3.2.1).
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Objection> {
        check_length(bytes.len())?;
        if bytes.first() != Some(&b'/') {
            return Err(reason::TARGET_FORM.into());
        }
        let text = core::str::from_utf8(bytes).map_err(|_| reason::TARGET_CHARACTER)?;
        let (path, query) = match text.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (text, None),
        };
        check_path(path)?;
        check_query(query.unwrap_or_default())?;
        Ok(Self { text, path, query })
    }

    /// What is sent: the path byte for byte, and the query in its [one spelling](spell). An
    /// objection if that is too long.
    pub(crate) fn outgoing(&self) -> Result<String, Objection> {
        match self.query.map(|query| spell(query, Plus::Space)) {
            Some(Cow::Owned(query)) => {
                let target = [self.path, "?", &query].concat();
                check_length(target.len()).map(|()| target)
            }
            Some(Cow::Borrowed(_)) | None => Ok(self.text.into()),
        }
    }

    /// The path, encoded, with its leading `/`.
    pub(crate) fn path(&self) -> &'a str {
        self.path
    }

    /// The query, encoded, without its `?`.
    pub(crate) fn query(&self) -> Option<&'a str> {
        self.query
    }
}

fn check_length(bytes: usize) -> Result<(), Objection> {
    if bytes > TARGET_BYTES {
        return Err(reason::TARGET_LENGTH.with_detail(format!("{bytes} bytes")));
    }
    Ok(())
}

/// Whether `path` (with its leading `/`) is canonical. Paths of operations must be, too.
pub(crate) fn check_path(path: &str) -> Result<(), Reason> {
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        if segment == "." || segment == ".." || (segment.is_empty() && !last) {
            return Err(reason::TARGET_SEGMENT);
        }
        check_segment(segment)?;
    }
    Ok(())
}

fn check_segment(segment: &str) -> Result<(), Reason> {
    for unit in percent::units(segment.as_bytes()) {
        match unit.ok_or(reason::TARGET_ENCODING)? {
            Unit::Plain(byte) if is_path_byte(byte) => {}
            Unit::Plain(_) => return Err(reason::TARGET_CHARACTER),
            Unit::Encoded { byte, upper: true } if may_be_encoded_in_path(byte) => {}
            Unit::Encoded { .. } => return Err(reason::TARGET_ENCODING),
        }
    }
    // What decodes to a percent-encoding is decoded again by some, with whatever that hides.
    let decoded = percent::decode(segment).ok_or(reason::TARGET_ENCODING)?;
    if percent::units(decoded.as_bytes()).any(|unit| matches!(unit, Some(Unit::Encoded { .. }))) {
        return Err(reason::TARGET_ENCODING);
    }
    // Beyond ASCII as in it: no resource has a control character.
    if decoded.chars().any(char::is_control) {
        return Err(reason::TARGET_ENCODING);
    }
    Ok(())
}

/// Names and values are compared decoded, so encoding that is not needed does no harm here.
pub(crate) fn check_query(query: &str) -> Result<(), Reason> {
    for unit in percent::units(query.as_bytes()) {
        match unit.ok_or(reason::TARGET_ENCODING)? {
            Unit::Plain(byte) if is_query_byte(byte) => {}
            Unit::Plain(_) => return Err(reason::TARGET_CHARACTER),
            Unit::Encoded { byte: 0, .. } => return Err(reason::TARGET_ENCODING),
            Unit::Encoded { .. } => {}
        }
    }
    percent::decode(query).map(drop).ok_or(reason::TARGET_ENCODING)
}

/// RFC 3986, section 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// RFC 3986's `pchar` without `;`, at which some readers cut.
fn is_path_byte(byte: u8) -> bool {
    is_unreserved(byte)
        || matches!(
            byte,
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b'=' | b':' | b'@'
        )
}

/// A path's characters, `/` and `?`, without `'`: it is in WHATWG's special-query percent-encode set.
fn is_query_byte(byte: u8) -> bool {
    byte != b'\'' && (is_path_byte(byte) || matches!(byte, b'/' | b'?'))
}

/// What may come encoded in a path: nothing that needs no encoding, no separator, no control character.
fn may_be_encoded_in_path(byte: u8) -> bool {
    !is_unreserved(byte) && !matches!(byte, b'/' | b'\\') && !byte.is_ascii_control()
}

#[cfg(test)]
mod tests;
