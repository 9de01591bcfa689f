//! Request targets, which are canonical or refused.
//!
//! The grammar is the grammar of RFC 3986 without everything that some reader on the way changes or
//! reads differently. In particular a WHATWG URL parser does not change an accepted target, so a
//! host that parses the target sends the bytes that were judged.

use crate::http::percent::{self, Unit};
use crate::http::spelling::{Plus, spell};
use crate::reason::{Objection, Reason};
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
            return Err(Reason::TargetForm.into());
        }
        let text = core::str::from_utf8(bytes).map_err(|_| Reason::TargetCharacter)?;
        let (path, query) = match text.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (text, None),
        };
        check_path(path)?;
        check_query(query.unwrap_or_default())?;
        Ok(Self { text, path, query })
    }

    /// The target to send: the path byte for byte, and the query in its [canonical
    /// spelling](spell). A target that is too long is an objection.
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
        return Err(Objection::new(Reason::TargetLength, format!("{bytes} bytes")));
    }
    Ok(())
}

/// Checks that `path` (with its leading `/`) is canonical. Paths of operations must be canonical,
/// too.
pub(crate) fn check_path(path: &str) -> Result<(), Reason> {
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        if segment == "." || segment == ".." || (segment.is_empty() && !last) {
            return Err(Reason::TargetSegment);
        }
        check_segment(segment)?;
    }
    Ok(())
}

fn check_segment(segment: &str) -> Result<(), Reason> {
    for unit in percent::units(segment.as_bytes()) {
        match unit.ok_or(Reason::TargetEncoding)? {
            Unit::Plain(byte) if is_path_byte(byte) => {}
            Unit::Plain(_) => return Err(Reason::TargetCharacter),
            Unit::Encoded { byte, upper: true } if may_be_encoded_in_path(byte) => {}
            Unit::Encoded { .. } => return Err(Reason::TargetEncoding),
        }
    }
    // Some readers decode a segment twice. A decoded percent-encoding would hide another text from
    // this check.
    let decoded = percent::decode(segment).ok_or(Reason::TargetEncoding)?;
    if percent::units(decoded.as_bytes()).any(|unit| matches!(unit, Some(Unit::Encoded { .. }))) {
        return Err(Reason::TargetEncoding);
    }
    // A resource contains no control character, neither ASCII nor Unicode.
    if decoded.chars().any(char::is_control) {
        return Err(Reason::TargetEncoding);
    }
    Ok(())
}

/// Checks a query. Names and values are compared after decoding, so unnecessary encoding is
/// harmless here.
pub(crate) fn check_query(query: &str) -> Result<(), Reason> {
    for unit in percent::units(query.as_bytes()) {
        match unit.ok_or(Reason::TargetEncoding)? {
            Unit::Plain(byte) if is_query_byte(byte) => {}
            Unit::Plain(_) => return Err(Reason::TargetCharacter),
            Unit::Encoded { byte: 0, .. } => return Err(Reason::TargetEncoding),
            Unit::Encoded { .. } => {}
        }
    }
    percent::decode(query).map(drop).ok_or(Reason::TargetEncoding)
}

/// Whether every proxy on the way sends `target`, which is canonical, byte for byte: also a proxy
/// that writes percent-encodings in upper case, or decodes the path and encodes it again. Such a
/// proxy may send an encoded punctuation mark of the path without its encoding.
pub(crate) fn is_sent_unchanged(target: &str) -> bool {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let is_upper = |unit| !matches!(unit, None | Some(Unit::Encoded { upper: false, .. }));
    let is_mark = |unit| matches!(unit, Some(Unit::Encoded { byte, .. }) if byte.is_ascii_graphic());
    percent::units(path.as_bytes()).all(|unit| is_upper(unit) && !is_mark(unit))
        && percent::units(query.as_bytes()).all(is_upper)
}

/// Unreserved characters (RFC 3986, section 2.3).
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// The characters `pchar` of RFC 3986 without `;`, at which some readers cut.
fn is_path_byte(byte: u8) -> bool {
    is_unreserved(byte)
        || matches!(
            byte,
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b'=' | b':' | b'@'
        )
}

/// The characters of a path, `/` and `?`, without `'`, which is in the special-query percent-encode
/// set of WHATWG.
fn is_query_byte(byte: u8) -> bool {
    byte != b'\'' && (is_path_byte(byte) || matches!(byte, b'/' | b'?'))
}

/// Whether a byte may be encoded in a path: no byte that needs no encoding, no separator, no
/// control character.
fn may_be_encoded_in_path(byte: u8) -> bool {
    !is_unreserved(byte) && !matches!(byte, b'/' | b'\\') && !byte.is_ascii_control()
}

#[cfg(test)]
mod tests;
