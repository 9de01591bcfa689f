//! Texts in messages.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use core::fmt::Write as _;

/// Bytes of the marker in the middle: two ellipses, a number, a word.
const MARKER: usize = 40;

/// `text`, if it has at most `most` bytes, or else its beginning and its end, with a marker for the
/// bytes between them.
#[must_use]
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let end = most.saturating_sub(MARKER) / 2;
    let (head, tail) = (
        text.floor_char_boundary(end),
        text.ceil_char_boundary(text.len().saturating_sub(end)),
    );
    let (before, behind) = (
        text.get(..head).unwrap_or_default(),
        text.get(tail..).unwrap_or_default(),
    );
    Cow::Owned(format!("{before}…({} bytes)…{behind}", tail - head))
}

/// Whether a terminal or an editor may act on the character instead of showing it: the character
/// moves the cursor, ends the line, changes the direction of the text, or has no width.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// One line for people: every [hidden](is_hidden) character is escaped, such as `
/// ` or `\u{1b}`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, is_hidden, |character, out| match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        other => out.extend(other.escape_unicode()),
    })
}

/// JSON text of the same value, in which every [hidden](is_hidden) character except line feeds
/// between values is escaped as `\u001b`.
#[must_use]
pub fn visible_json(json: &str) -> Cow<'_, str> {
    let is_escaped = |character| character != '\n' && is_hidden(character);
    escaped(json, is_escaped, |character, out| {
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a `String` does not fail.
            let _infallible = write!(out, "\\u{unit:04x}");
        }
    })
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool, escape: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_escaped(character) {
            escape(character, &mut out);
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::{is_hidden, shortened, visible, visible_json};
    use crate::json::{self, Json, Quoted};
    use std::format;
    use std::string::ToString as _;

    #[test]
    fn hidden_characters_are_spelled() {
        assert_eq!(visible("plain ä 日本 \\ \""), "plain ä 日本 \\ \"");
        assert_eq!(
            visible("\u{1b}[2J\n\r\t\u{9b}\u{202e}\u{2028}\u{e0041}"),
            "\\u{1b}[2J\\n\\r\\t\\u{9b}\\u{202e}\\u{2028}\\u{e0041}"
        );
        assert_eq!(
            visible_json("{\n \"\u{7f}\u{e0041}\"\n}"),
            "{\n \"\\u007f\\udb40\\udc41\"\n}"
        );
    }

    #[test]
    fn json_of_every_hidden_character_has_the_same_value() {
        for character in ('\0'..=char::MAX).filter(|character| is_hidden(*character)) {
            let text = format!("a{character}b");
            assert!(!visible(&text).contains(is_hidden), "{character:?}");
            let spelled = Quoted(&text).to_string();
            let shown = visible_json(&spelled);
            assert!(!shown.contains(is_hidden), "{character:?}");
            assert_eq!(json::parse(shown.as_bytes(), 1), Ok(Json::Text(text)), "{character:?}");
        }
    }

    #[test]
    fn long_texts_keep_their_ends() {
        assert_eq!(shortened("abc", 3), "abc");
        let long = format!("{}{}", "a".repeat(500), "z".repeat(500));
        assert_eq!(
            shortened(&long, 60),
            format!("{}…(980 bytes)…{}", "a".repeat(10), "z".repeat(10))
        );
        assert!(shortened(&long, 0).contains("(1000 bytes)"));
        let wide = "ä".repeat(500);
        let short = shortened(&wide, 63);
        assert!(short.len() <= 63 && short.starts_with("äää"), "{short}");
    }
}
