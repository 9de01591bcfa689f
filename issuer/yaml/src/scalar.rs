//! The meaning of an unquoted scalar. A text on whose meaning readers of YAML disagree must be
//! quoted.

use edgewrit_shared::json::Json;
use edgewrit_shared::json::number::Number;

/// The meaning of the unquoted `text`, or why it must be written otherwise.
pub(super) fn read_plain(text: &str) -> Result<Json, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Ok(Json::Null),
        "true" | "True" | "TRUE" => Ok(Json::Bool(true)),
        "false" | "False" | "FALSE" => Ok(Json::Bool(false)),
        "<<" | "=" => Err(format!("`{text}` is not taken")),
        _ if is_old_bool(text) => Err(format!(
            "`{text}` is a truth value to some readers: write `true` or `false`, or quote it"
        )),
        _ if is_json_number(text) => read_number(text),
        _ if is_date(text) => Err(format!("`{text}` is a date to some readers: quote it")),
        _ if is_other_number(text) => Err(format!(
            "`{text}` is a number to some readers: write it as in JSON, or quote it"
        )),
        _ => Ok(Json::Text(text.to_owned())),
    }
}

fn read_number(text: &str) -> Result<Json, String> {
    let number = Number::parse(text).map(Json::Number);
    number.ok_or_else(|| "a number beyond the limits of length or exponent".to_owned())
}

/// Whether the text is a truth value of YAML 1.1.
fn is_old_bool(text: &str) -> bool {
    const WORDS: [&str; 4] = ["yes", "no", "on", "off"];
    let cased = |word: &str| {
        let mut capital = word.to_owned();
        if let Some(first) = capital.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        text == word || text == capital || text == word.to_ascii_uppercase()
    };
    WORDS.into_iter().any(cased)
}

/// Whether the text is a number of JSON (RFC 8259, section 6).
fn is_json_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let exponent = exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)));
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(digits) && exponent
}

/// Whether the text is a date such as `2026-05-10`, alone or with a time behind it.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let digits =
        |text: &str, lengths: &[usize]| lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let day = rest.split(['T', 't', ' ', '\t']).next().unwrap_or_default();
    digits(year, &[4]) && digits(month, &[1, 2]) && digits(day, &[1, 2])
}

/// Whether the text is a number of the core schema that JSON writes otherwise, or a number of YAML
/// 1.1: octal, hexadecimal, binary, with `_`, in base 60, infinite, no number.
fn is_other_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let special = unsigned
        .strip_prefix('.')
        .is_some_and(|word| matches!(word, "inf" | "Inf" | "INF" | "nan" | "NaN" | "NAN"));
    let based = ["0x", "0o", "0b"].into_iter().any(|prefix| {
        let digits = unsigned.strip_prefix(prefix);
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit() || b == b'_'))
    });
    let starts = unsigned.starts_with(|c: char| c.is_ascii_digit())
        || unsigned
            .strip_prefix('.')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let decimal = starts
        && unsigned.bytes().all(|b| b.is_ascii_digit() || b"._:".contains(&b))
        && unsigned.matches('.').count() <= 1;
    let exponent = starts
        && unsigned
            .replace(['e', 'E', '+', '-', '.', '_'], "")
            .bytes()
            .all(|b| b.is_ascii_digit())
        && unsigned.matches(['e', 'E']).count() == 1
        && unsigned.matches(['+', '-']).count() <= 1;
    special || based || decimal || exponent
}
