//! Text for one line of JSON.

use core::fmt::{self, Write};

/// Characters of one value that are written before it is cut; an action or resource never is.
const CHARACTERS: usize = edgewrit_shared::limits::PATTERN_BYTES;

/// A JSON string of at most [`CHARACTERS`] characters of the text. Everything that could end a line or hide text in a terminal is escaped:
/// control characters (C0, DEL, C1), line and paragraph separators, bidirectional controls.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text) = self;
        let end = if text.len() > CHARACTERS {
            text.char_indices().nth(CHARACTERS)
        } else {
            None
        };
        let kept = end.and_then(|(end, _)| text.get(..end));
        f.write_char('"')?;
        write_kept(kept.unwrap_or(text), f)?;
        if kept.is_some() {
            f.write_char('…')?;
        }
        f.write_char('"')
    }
}

/// Whole runs of what stands for itself are written at once: most texts are one.
fn write_kept(mut rest: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let plain = |byte: &u8| (b' '..=b'~').contains(byte) && !matches!(byte, b'"' | b'\\');
    while !rest.is_empty() {
        let end = rest.bytes().position(|byte| !plain(&byte)).unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        f.write_str(run)?;
        let mut characters = after.chars();
        if let Some(character) = characters.next() {
            write_escaped(character, f)?;
        }
        rest = characters.as_str();
    }
    Ok(())
}

fn write_escaped(character: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match character {
        '"' | '\\' => {
            f.write_char('\\')?;
            f.write_char(character)
        }
        '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => write_code(character, f),
        _ if character.is_control() => write_code(character, f),
        _ => f.write_char(character),
    }
}

/// All of these are below U+10000: four digits.
fn write_code(character: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "\\u{:04x}", u32::from(character))
}

/// The members of one JSON object, written one after the other.
pub(crate) struct Object<'f, 'a> {
    f: &'f mut fmt::Formatter<'a>,
    empty: bool,
}

impl<'f, 'a> Object<'f, 'a> {
    /// Opens the object.
    pub(crate) fn open(f: &'f mut fmt::Formatter<'a>) -> Result<Self, fmt::Error> {
        f.write_char('{')?;
        Ok(Self { f, empty: true })
    }

    /// Writes a member whose value is already JSON.
    pub(crate) fn member(&mut self, name: &'static str, json: impl fmt::Display) -> fmt::Result {
        self.name(name)?;
        json.fmt(self.f)
    }

    /// Writes a member whose value is text, if there is one.
    pub(crate) fn text(&mut self, name: &'static str, text: Option<&str>) -> fmt::Result {
        match text {
            Some(text) => self.member(name, Quoted(text)),
            None => Ok(()),
        }
    }

    #[inline(never)]
    fn name(&mut self, name: &'static str) -> fmt::Result {
        self.f.write_str(if self.empty { "\"" } else { ",\"" })?;
        self.empty = false;
        self.f.write_str(name)?;
        self.f.write_str("\":")
    }

    /// Closes the object.
    pub(crate) fn close(self) -> fmt::Result {
        self.f.write_char('}')
    }
}

#[cfg(test)]
mod tests {
    use super::{CHARACTERS, Quoted};
    use alloc::string::{String, ToString};
    use edgewrit_shared::json::{Json, parse};
    use proptest::prelude::*;

    #[test]
    fn control_characters_and_direction_marks_are_escaped() {
        assert_eq!(
            Quoted("a\"b\\c\r\n\u{0}\u{7f}\u{85}\u{2028}\u{202e}é").to_string(),
            "\"a\\\"b\\\\c\\u000d\\u000a\\u0000\\u007f\\u0085\\u2028\\u202eé\""
        );
    }

    #[test]
    fn long_text_is_cut_at_the_limit() {
        let full: String = "x".repeat(CHARACTERS);
        assert_eq!(Quoted(&full).to_string().len(), CHARACTERS + 2);
        assert!(Quoted(&(full + "y")).to_string().ends_with("x…\""));
    }

    proptest! {
        #[test]
        fn reads_back_as_the_same_text_on_one_line(text in "\\PC{0,40}|[\\x00-\\x20\\x7f-\\x9f\u{2028}]{0,20}") {
            let json = Quoted(&text).to_string();
            prop_assert!(!json.chars().any(char::is_control));
            prop_assert_eq!(parse(json.as_bytes(), 1).unwrap(), Json::Text(text));
        }
    }
}
