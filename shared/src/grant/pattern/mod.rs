//! Patterns over resources and text. `*` matches any run without `/` and `:`, a final `**` matches
//! any run, and `\` escapes the next character. Runs may be empty. Letters are compared without
//! case folding and without Unicode normalisation.

mod inclusion;
mod meet;
mod overlap;
mod parse;

pub(super) use inclusion::{Probes, fresh_letters};
pub use overlap::TemplatePiece;
pub use parse::PatternError;
pub(super) use parse::{literal, longer_than};

use crate::limits::PATTERN_BYTES;
use crate::small_code::text_eq::{strip_prefix, strip_suffix};
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt::{self, Write as _};

/// The characters over which `*` does not run.
const SEPARATORS: [char; 2] = ['/', ':'];

/// A compiled pattern. Two patterns are equal exactly if they match the same texts.
///
/// Because `*` stops at separators, a text matches only with its separators where the pattern has
/// them. So a pattern is a row of segments. Each is compared with one segment of the text, and
/// matching never goes back over a separator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The segments before the first segment with a star, separators included. One comparison
    /// covers all of these segments, which are mostly the whole pattern.
    prefix: String,
    /// The other segments before a separator, with that separator.
    heads: Vec<(Segment, char)>,
    /// The segment after the last separator.
    last: Segment,
    tail: Tail,
}

/// Literal text, then for each of `more` a `*` and literal text. The texts contain no separators.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Segment {
    first: String,
    more: Vec<String>,
}

/// The run after the last segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    Nothing,
    /// The run `**`.
    Anything,
    /// The run `**` without the empty run: the `*` of a scope string. No pattern spells this run.
    Something,
}

impl Pattern {
    /// Parses a pattern.
    ///
    /// # Errors
    /// [`PatternError`] if the text is empty, breaks the grammar or is beyond [`PATTERN_BYTES`] or
    /// [`crate::limits::PATTERN_SEPARATORS`].
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        parse::parse_pattern(text)
    }

    /// Whether `text` matches. A text longer than [`PATTERN_BYTES`] matches no pattern.
    ///
    /// The match takes time in proportion to the lengths of pattern and text, and allocates
    /// nothing.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        if text.len() > PATTERN_BYTES {
            return false;
        }
        let Some(mut rest) = strip_prefix(text, &self.prefix) else {
            return false;
        };
        for (segment, separator) in &self.heads {
            let (own, after) = split_segment(rest);
            let mut after = after.chars();
            if after.next() != Some(*separator) || !segment.matches_whole(own) {
                return false;
            }
            rest = after.as_str();
        }
        let (own, after) = split_segment(rest);
        match self.tail {
            Tail::Nothing => after.is_empty() && self.last.matches_whole(own),
            Tail::Anything => self.last.strip_match(own).is_some(),
            Tail::Something => self
                .last
                .strip_match(own)
                .is_some_and(|left| !left.is_empty() || !after.is_empty()),
        }
    }

    /// Whether the pattern ends in `**` or in the `*` of a scope string. Such a pattern matches
    /// every text with the right beginning.
    #[must_use]
    pub fn is_open_ended(&self) -> bool {
        self.tail != Tail::Nothing
    }

    /// The only text that matches, if the pattern has no `*`.
    #[must_use]
    pub fn as_literal(&self) -> Option<String> {
        let plain = self.heads.is_empty() && self.last.more.is_empty() && self.tail == Tail::Nothing;
        plain.then(|| self.fill_stars(""))
    }

    /// The scope spelling `r:*`, if the pattern came from a scope string.
    pub(super) fn as_scope_wildcard(&self) -> Option<String> {
        (self.tail == Tail::Something).then(|| self.fill_stars("") + "*")
    }

    /// The key by which lists of patterns are sorted: the spelling, and whether the spelling
    /// describes the pattern completely.
    pub(super) fn sort_key(&self) -> (String, bool) {
        (self.to_string(), self.tail == Tail::Something)
    }

    /// The text in which `filler` replaces the first `*` or, without a `*`, is at the end. Other
    /// stars become empty.
    pub(super) fn fill_first_star(&self, filler: &str) -> String {
        const MARK: &str = "\0";
        match self.fill_stars(MARK).split_once(MARK) {
            Some((before, after)) => [before, filler, &after.replace(MARK, "")].concat(),
            None => self.fill_stars("") + filler,
        }
    }

    /// The text in which `filler` replaces every `*`. A `**` becomes empty.
    pub(super) fn fill_stars(&self, filler: &str) -> String {
        let mut text = self.prefix.clone();
        for (segment, separator) in &self.heads {
            segment.fill(filler, &mut text);
            text.push(*separator);
        }
        self.last.fill(filler, &mut text);
        text
    }
}

impl Segment {
    /// Whether the whole of `text` matches. Each inner piece is matched at its first occurrence: if
    /// any occurrence works, the first does.
    fn matches_whole(&self, text: &str) -> bool {
        let Some(rest) = strip_prefix(text, &self.first) else {
            return false;
        };
        match self.more.split_last() {
            None => rest.is_empty(),
            Some((last, inner)) => strip_suffix(rest, last)
                .and_then(|rest| skip_pieces(inner, rest))
                .is_some(),
        }
    }

    /// The rest of `text` after its shortest matching prefix.
    fn strip_match<'t>(&self, text: &'t str) -> Option<&'t str> {
        skip_pieces(&self.more, strip_prefix(text, &self.first)?)
    }

    fn fill(&self, filler: &str, text: &mut String) {
        text.push_str(&self.first);
        for piece in &self.more {
            text.push_str(filler);
            text.push_str(piece);
        }
    }
}

/// The rest of `text` after the first occurrence of each piece, in order.
fn skip_pieces<'t>(pieces: &[String], text: &'t str) -> Option<&'t str> {
    pieces.iter().try_fold(text, |rest, piece| {
        rest.split_once(piece.as_str()).map(|(_, after)| after)
    })
}

/// `text` up to its first separator, and the rest with the separator.
fn split_segment(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| matches!(byte, b'/' | b':'));
    end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, ""))
}

impl fmt::Display for Pattern {
    /// Writes the shortest spelling. A parser reads it as an equal pattern, except for the `*` of a
    /// scope string.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_escaped(&self.prefix, f)?;
        for (segment, separator) in &self.heads {
            segment.fmt(f)?;
            f.write_char(*separator)?;
        }
        self.last.fmt(f)?;
        match self.tail {
            Tail::Nothing => Ok(()),
            Tail::Anything | Tail::Something => f.write_str("**"),
        }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_escaped(&self.first, f)?;
        self.more.iter().try_for_each(|piece| {
            f.write_char('*')?;
            write_escaped(piece, f)
        })
    }
}

fn write_escaped(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    text.chars().try_for_each(|letter| {
        if matches!(letter, '*' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(letter)
    })
}
