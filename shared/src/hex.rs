//! Hexadecimal digits.

use alloc::string::String;
use alloc::vec::Vec;

/// `bytes` in lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    push_hex(&mut out, bytes);
    out
}

/// Writes `bytes` in lower-case hexadecimal digits.
pub fn push_hex(out: &mut String, bytes: &[u8]) {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    out.extend(digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)));
}

/// Whether `byte` is a lower-case hexadecimal digit.
#[must_use]
pub fn is_lower_hex_digit(byte: u8) -> bool {
    byte.is_ascii_digit() | (b'a'..=b'f').contains(&byte)
}

/// The bytes that these hexadecimal digits of either case spell.
#[must_use]
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs
        .iter()
        .map(|[high, low]| Some(digit_value(*high)? << 4 | digit_value(*low)?));
    bytes.collect::<Option<_>>().filter(|_| rest.is_empty())
}

fn digit_value(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::{from_hex, hex, is_lower_hex_digit};

    #[test]
    fn bytes_are_read_as_they_are_written() {
        let all: alloc::vec::Vec<u8> = (0..=255).collect();
        assert_eq!(hex(&[0, 0x1f, 0xab]), "001fab");
        assert!(hex(&all).bytes().all(is_lower_hex_digit));
        assert_eq!(from_hex(&hex(&all)), Some(all.clone()));
        assert_eq!(from_hex(&hex(&all).to_uppercase()), Some(all));
        for bad in ["0", "0g", "+1", " 1", "0x", "001", "\u{e9}"] {
            assert_eq!(from_hex(bad), None, "{bad}");
        }
    }

    #[test]
    fn sixteen_bytes_are_lower_case_digits() {
        let digits = (0..=255).filter(|byte| is_lower_hex_digit(*byte));
        assert!(digits.eq(*b"0123456789abcdef"));
    }
}
