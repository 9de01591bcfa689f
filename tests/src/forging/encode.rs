//! Base64url as it should be, and as it should not.

use anyhow::{Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Canonical (RFC 7515, section 2).
pub(super) fn canonical(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// With `=`; blanks are added to the text until some is needed.
pub(super) fn padded(text: &[u8]) -> String {
    URL_SAFE.encode(blanks_until_partial(text))
}

/// In the alphabet with `+` and `/`.
pub(super) fn standard_alphabet(text: &[u8]) -> Result<String> {
    let encoded = STANDARD_NO_PAD.encode(text);
    if !encoded.contains(['+', '/']) {
        bail!("the case's claims encode without `+` and `/`, so the edit changes nothing");
    }
    Ok(encoded)
}

/// With the lowest unused bit of the last character set; blanks are added to the text until there
/// is one.
pub(super) fn with_trailing_bits(text: &[u8]) -> Result<String> {
    set_trailing_bit(&canonical(blanks_until_partial(text)))
}

/// `encoded` with the lowest unused bit of the last character set.
pub(super) fn set_trailing_bit(encoded: &str) -> Result<String> {
    let mut bytes = encoded.as_bytes().to_vec();
    let value = bytes
        .last()
        .and_then(|last| ALPHABET.iter().position(|byte| byte == last));
    match (value.and_then(|value| ALPHABET.get(value | 1)), bytes.last_mut()) {
        (Some(changed), Some(last)) if *changed != *last => *last = *changed,
        _ => bail!("the last character has no unused bit to set"),
    }
    Ok(String::from_utf8(bytes)?)
}

fn blanks_until_partial(text: &[u8]) -> Vec<u8> {
    let blank: &[u8] = if text.len().is_multiple_of(3) { b" " } else { b"" };
    [text, blank].concat()
}
