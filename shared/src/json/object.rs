//! Writer for one line of JSON.

use crate::limits::PATTERN_BYTES;
use alloc::string::String;
use core::fmt::{self, Write as _};

/// Longest value in characters; longer values are cut. An action or a resource is never longer.
const CHARACTERS: usize = PATTERN_BYTES;
/// Capacity in bytes that most objects fit into.
const LINE_BYTES: usize = 1_024;

/// A JSON string of at most [`CHARACTERS`] characters of the text. Every character that could end a
/// line or hide text in a terminal is escaped: control characters (C0, DEL, C1), line and paragraph
/// separators, bidirectional controls.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut line = String::with_capacity(text.len() + 2);
    quote(text, &mut line);
    line
}

/// Appends what [`quoted`] returns.
pub(crate) fn quote(text: &str, line: &mut String) {
    let end = if text.len() > CHARACTERS {
        text.char_indices().nth(CHARACTERS)
    } else {
        None
    };
    let kept = end.and_then(|(end, _)| text.get(..end));
    line.push('"');
    push_kept(kept.unwrap_or(text), line);
    if kept.is_some() {
        line.push('…');
    }
    line.push('"');
}

/// Writes runs of characters that need no escape at once: most texts are one such run.
fn push_kept(mut rest: &str, line: &mut String) {
    while !rest.is_empty() {
        let end = rest.bytes().position(needs_escape).unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        line.push_str(run);
        let mut characters = after.chars();
        if let Some(character) = characters.next() {
            push_escaped(character, line);
        }
        rest = characters.as_str();
    }
}

fn needs_escape(byte: u8) -> bool {
    NEEDS_NO_ESCAPE.get(usize::from(byte)) != Some(&true)
}

/// Whether a byte needs no escape. A table takes half of the instructions of comparisons, and an
/// edge asks for each byte of a line.
#[expect(clippy::indexing_slicing, reason = "the compiler evaluates a constant")]
const NEEDS_NO_ESCAPE: [bool; 256] = {
    let (mut table, mut byte) = ([false; 256], b' ');
    while byte <= b'~' {
        table[byte as usize] = !matches!(byte, b'"' | b'\\');
        byte += 1;
    }
    table
};

fn push_escaped(character: char, line: &mut String) {
    match character {
        '"' | '\\' => {
            line.push('\\');
            line.push(character);
        }
        '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => push_code(character, line),
        _ if character.is_control() => push_code(character, line),
        _ => line.push(character),
    }
}

/// Writes a character below U+10000 as an escape of four digits.
fn push_code(character: char, line: &mut String) {
    // Writing to a `String` does not fail.
    let _ = write!(line, "\\u{:04x}", u32::from(character));
}

/// The members of one JSON object, written one after the other. The writer appends to a `String`
/// without a formatter, because it runs for every request.
#[derive(Debug)]
pub struct Object(String);

impl Object {
    /// Starts the object.
    #[must_use]
    pub fn open() -> Self {
        let mut line = String::with_capacity(LINE_BYTES);
        line.push('{');
        Self(line)
    }

    /// Writes a member whose value is already JSON.
    pub fn member(&mut self, name: &'static str, json: impl fmt::Display) {
        self.name(name);
        // Writing to a `String` does not fail.
        let _ = write!(self.0, "{json}");
    }

    /// Writes a member whose value is text. Without a text it writes nothing.
    pub fn text(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.name(name);
            quote(text, &mut self.0);
        }
    }

    #[inline(never)]
    fn name(&mut self, name: &'static str) {
        self.0.push_str(if self.0.len() > 1 { ",\"" } else { "\"" });
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    /// Ends the object.
    #[must_use]
    pub fn close(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{CHARACTERS, quoted};
    use crate::json::{Json, parse};
    use alloc::string::String;
    use proptest::prelude::*;

    #[test]
    fn control_characters_and_direction_marks_are_escaped() {
        assert_eq!(
            quoted("a\"b\\c\r\n\u{0}\u{7f}\u{85}\u{2028}\u{202e}é"),
            "\"a\\\"b\\\\c\\u000d\\u000a\\u0000\\u007f\\u0085\\u2028\\u202eé\""
        );
    }

    #[test]
    fn long_text_is_cut_at_the_limit() {
        let full: String = "x".repeat(CHARACTERS);
        assert_eq!(quoted(&full).len(), CHARACTERS + 2);
        assert!(quoted(&(full + "y")).ends_with("x…\""));
    }

    proptest! {
        #[test]
        fn reads_back_as_the_same_text_on_one_line(text in "\\PC{0,40}|[\\x00-\\x20\\x7f-\\x9f\u{2028}]{0,20}") {
            let json = quoted(&text);
            prop_assert!(!json.chars().any(char::is_control));
            prop_assert_eq!(parse(json.as_bytes(), 1).unwrap(), Json::Text(text));
        }
    }
}
