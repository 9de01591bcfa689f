//! Patterns over resources and text: `*` is any run without `/` and `:`, `**` at the end is any run, `\` takes the next
//! character as it is. Runs may be empty. Letters are compared as they are: no case folding, no Unicode normalisation.

mod inclusion;
mod meet;
mod overlap;
mod parse;

pub(super) use inclusion::{Probes, fresh_letters};
pub use overlap::TemplatePiece;
pub use parse::PatternError;
pub(super) use parse::{literal, longer_than};

use crate::limits::PATTERN_BYTES;
use crate::short::{strip_prefix, strip_suffix};
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt::{self, Write as _};

/// The characters that `*` does not run over.
const SEPARATORS: [char; 2] = ['/', ':'];

/// A pattern, compiled. Two patterns are equal exactly if they match the same texts.
///
/// Since `*` stops at separators, a text can only match with its separators where the pattern has them. So a pattern is a row
/// of segments, each compared with one segment of the text, and matching never goes back over a separator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The segments before the first with a star, separators included: compared at once, and mostly all there is to compare.
    prefix: String,
    /// The other segments that are followed by a separator, with that separator.
    heads: Vec<(Segment, char)>,
    /// What is behind the last separator.
    last: Segment,
    tail: Tail,
}

/// Literal text, then for each of `more` a `*` and literal text. The texts hold no separators.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Segment {
    first: String,
    more: Vec<String>,
}

/// What may follow the last segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    Nothing,
    /// `**`.
    Anything,
    /// `**`, but not the empty run: the `*` of a scope string. It has no spelling as a pattern.
    Something,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`PatternError`] if it is empty, breaks the grammar or is beyond [`PATTERN_BYTES`] or
    /// [`crate::limits::PATTERN_SEPARATORS`].
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        parse::parse_pattern(text)
    }

    /// Whether `text` matches. A text longer than [`PATTERN_BYTES`] matches no pattern.
    ///
    /// Takes time in proportion to the lengths of pattern and text, and allocates nothing.
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

    /// Whether it ends in `**`, or in the `*` of a scope string: whatever begins alike matches.
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

    /// `r:*` as in a scope string, if the pattern came from one.
    pub(super) fn as_scope_wildcard(&self) -> Option<String> {
        (self.tail == Tail::Something).then(|| self.fill_stars("") + "*")
    }

    /// By what lists of patterns are sorted: the spelling, and whether it is all there is to say.
    pub(super) fn sort_key(&self) -> (String, bool) {
        (self.to_string(), self.tail == Tail::Something)
    }

    /// The text that results when `filler` takes the place of the first `*` or, without one, stands at the end; nothing takes that of the others.
    pub(super) fn fill_first_star(&self, filler: &str) -> String {
        const MARK: &str = "\0";
        match self.fill_stars(MARK).split_once(MARK) {
            Some((before, after)) => [before, filler, &after.replace(MARK, "")].concat(),
            None => self.fill_stars("") + filler,
        }
    }

    /// The text that results when `filler` takes the place of every `*`; nothing takes that of `**`.
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
    /// Whether the whole of `text` matches. Each inner piece is taken where it first occurs: if any place works, the first does.
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

    /// What is left behind the shortest beginning of `text` that matches.
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

/// What is left of `text` behind the first occurrence of each piece, in order.
fn skip_pieces<'t>(pieces: &[String], text: &'t str) -> Option<&'t str> {
    pieces.iter().try_fold(text, |rest, piece| {
        rest.split_once(piece.as_str()).map(|(_, after)| after)
    })
}

/// `text` up to its first separator, and the rest beginning with that.
fn split_segment(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| matches!(byte, b'/' | b':'));
    end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, ""))
}

impl fmt::Display for Pattern {
    /// The shortest spelling; reading it back gives an equal pattern, but for the `*` of a scope string.
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
