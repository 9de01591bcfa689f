//! Percent-encoding (RFC 3986, section 2.1).

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// One element of percent-encoded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A byte without encoding.
    Plain(u8),
    /// A byte that was written as `%XX`.
    Encoded {
        /// The byte.
        byte: u8,
        /// Whether the digits are upper-case, as RFC 3986, section 2.1, requires.
        upper: bool,
    },
}

/// The elements of `text`. A `%` without two hexadecimal digits becomes `None` and ends the
/// iteration.
pub(crate) fn units(text: &[u8]) -> impl Iterator<Item = Option<Unit>> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let (&first, after) = rest?.split_first()?;
        if first != b'%' {
            rest = Some(after);
            return Some(Some(Unit::Plain(first)));
        }
        let encoded = after.split_first_chunk::<2>().and_then(|(digits, after)| {
            let byte = u8::try_from(hex_value(digits[0])? * 16 + hex_value(digits[1])?).ok()?;
            let upper = !digits.iter().any(u8::is_ascii_lowercase);
            Some((Unit::Encoded { byte, upper }, after))
        });
        rest = encoded.map(|(_, after)| after);
        Some(encoded.map(|(unit, _)| unit))
    })
}

fn hex_value(digit: u8) -> Option<u32> {
    char::from(digit).to_digit(16)
}

/// The decoded text; `None` if `text` is malformed or does not decode to UTF-8.
pub(crate) fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let bytes: Option<Vec<u8>> = units(text.as_bytes())
        .map(|unit| match unit? {
            Unit::Plain(byte) | Unit::Encoded { byte, .. } => Some(byte),
        })
        .collect();
    String::from_utf8(bytes?).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::{Unit, decode, units};
    use alloc::string::{String, ToString};
    use alloc::vec;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn units_keep_the_spelling_of_a_byte() {
        let found: Vec<_> = units(b"a%2F%2f%41").collect();
        assert_eq!(
            found,
            vec![
                Some(Unit::Plain(b'a')),
                Some(Unit::Encoded {
                    byte: b'/',
                    upper: true
                }),
                Some(Unit::Encoded {
                    byte: b'/',
                    upper: false
                }),
                Some(Unit::Encoded {
                    byte: b'A',
                    upper: true
                }),
            ]
        );
    }

    #[test]
    fn a_percent_sign_needs_two_digits() {
        for text in ["%", "a%4", "%zz", "%4g", "%%41", "%+1", "%é"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    #[test]
    fn text_that_decodes_to_invalid_utf_8_is_refused() {
        for text in ["%FF", "%C0%AE", "%C3", "%ED%A0%80"] {
            assert_eq!(decode(text), None, "{text}");
        }
        assert_eq!(decode("%C3%A9").as_deref(), Some("é"));
    }

    proptest! {
        #[test]
        fn text_survives_encoding_every_byte(text in "\\PC*") {
            let encoded: String = text.bytes().map(|byte| alloc::format!("%{byte:02X}")).collect();
            prop_assert_eq!(decode(&encoded).map(|text| text.to_string()), Some(text));
        }
    }
}
