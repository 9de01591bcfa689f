//! Parser of [`Pattern`].

use super::{Pattern, SEPARATORS, Segment, Tail};
use crate::limits::{PATTERN_BYTES, PATTERN_SEPARATORS};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The cause why a text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// The text is empty.
    Empty,
    /// The text is longer than [`PATTERN_BYTES`].
    TooLong,
    /// The text has more than [`PATTERN_SEPARATORS`] of `/` and `:`.
    TooManySeparators,
    /// A `**` is not at the end.
    RunInside,
    /// A `\` is at the end.
    LoneEscape,
    /// A control character: no resource has one, and a log line should not.
    Control(char),
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("an empty pattern, expected at least one character"),
            Self::TooLong => write!(f, "a pattern longer than the limit of {PATTERN_BYTES} bytes"),
            Self::TooManySeparators => write!(f, "a pattern with more than {PATTERN_SEPARATORS} of `/` and `:`"),
            Self::RunInside => f.write_str("`**` inside a pattern, expected it only at the end"),
            Self::LoneEscape => f.write_str("a pattern that ends in `\\`, expected the character that it escapes"),
            Self::Control(letter) => write!(f, "the control character U+{:04X} in a pattern", u32::from(*letter)),
        }
    }
}

impl core::error::Error for PatternError {}

pub(super) fn parse_pattern(text: &str) -> Result<Pattern, PatternError> {
    check_length(text)?;
    let mut build = Build::default();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '*' if letters.as_str() == "*" => return build.finish(Tail::Anything),
            '*' if letters.as_str().starts_with('*') => return Err(PatternError::RunInside),
            '*' => build.push_star(),
            '\\' => build.literal(letters.next().ok_or(PatternError::LoneEscape)?),
            _ => build.literal(letter),
        }
    }
    build.finish(Tail::Nothing)
}

/// The pattern that matches exactly the texts that begin with `prefix` and are longer.
pub(in crate::grant) fn longer_than(prefix: &str) -> Result<Pattern, PatternError> {
    literal_then(prefix, Tail::Something)
}

/// The pattern that matches only `text`.
pub(in crate::grant) fn literal(text: &str) -> Result<Pattern, PatternError> {
    literal_then(text, Tail::Nothing)
}

fn literal_then(text: &str, tail: Tail) -> Result<Pattern, PatternError> {
    let mut build = Build::default();
    text.chars().for_each(|letter| build.literal(letter));
    let pattern = build.finish(tail)?;
    // The escaped spelling must be readable again.
    check_length(&alloc::format!("{pattern}"))?;
    Ok(pattern)
}

fn check_length(text: &str) -> Result<(), PatternError> {
    match text.chars().find(|letter| letter.is_control()) {
        _ if text.is_empty() => Err(PatternError::Empty),
        _ if text.len() > PATTERN_BYTES => Err(PatternError::TooLong),
        Some(letter) => Err(PatternError::Control(letter)),
        None => Ok(()),
    }
}

/// A pattern while it is parsed: the current segment and the text before it.
#[derive(Default)]
struct Build {
    prefix: String,
    heads: Vec<(Segment, char)>,
    segment: Segment,
    separators: usize,
}

impl Build {
    fn push_star(&mut self) {
        self.segment.more.push(String::new());
    }

    fn literal(&mut self, letter: char) {
        if SEPARATORS.contains(&letter) {
            return self.push_separator(letter);
        }
        let piece = self.segment.more.last_mut().unwrap_or(&mut self.segment.first);
        piece.push(letter);
    }

    fn push_separator(&mut self, letter: char) {
        self.separators += 1;
        let segment = core::mem::take(&mut self.segment);
        if self.heads.is_empty() && segment.more.is_empty() {
            self.prefix.push_str(&segment.first);
            self.prefix.push(letter);
        } else {
            self.heads.push((segment, letter));
        }
    }

    fn finish(self, tail: Tail) -> Result<Pattern, PatternError> {
        if self.separators > PATTERN_SEPARATORS {
            return Err(PatternError::TooManySeparators);
        }
        Ok(Pattern {
            prefix: self.prefix,
            heads: self.heads,
            last: self.segment,
            tail,
        })
    }
}
