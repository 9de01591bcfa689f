//! The lifetime of a writ (TTL), as people write it: `900`, `"90s"`, `"10m"`, `"1h"`.

use edgewrit_shared::json::Json;
use edgewrit_shared::json::document::Node;
use edgewrit_shared::limits::WRIT_TTL_MAX;

/// The seconds that stand at `node`.
pub fn read(node: &Node<'_>) -> Option<u64> {
    let seconds = match node.json() {
        Json::Number(number) => number.as_u64(),
        Json::Text(text) => parse(text),
        _ => None,
    };
    match seconds {
        Some(seconds) if (1..=WRIT_TTL_MAX).contains(&seconds) => Some(seconds),
        _ => node.expected("whole seconds or a text such as `90s`, `10m` or `1h`, from `1s` to `24h`"),
    }
}

fn parse(text: &str) -> Option<u64> {
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    let digits = count.bytes().all(|byte| byte.is_ascii_digit());
    let count = digits.then(|| count.parse::<u64>().ok())??;
    count.checked_mul(seconds)
}

/// `seconds` as people write it, in the largest unit that divides it.
#[must_use]
pub fn write(seconds: u64) -> String {
    match seconds {
        0 => "0s".to_owned(),
        _ if seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        _ if seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::json_document;

    fn ttl(json: &str) -> Option<u64> {
        json_document::json(json.as_bytes(), 8, read).ok()
    }

    #[test]
    fn seconds_and_their_spellings_are_read() {
        let cases = [
            ("900", 900),
            ("\"90s\"", 90),
            ("\"10m\"", 600),
            ("\"1h\"", 3600),
            ("9e2", 900),
            ("\"24h\"", 86_400),
        ];
        for (text, seconds) in cases {
            assert_eq!(ttl(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_no_ttl_is_refused() {
        let long = format!("\"{}h\"", u64::MAX);
        let bad = [
            "0",
            "-1",
            "1.5",
            "\"\"",
            "\"m\"",
            "\"10\"",
            "\"10 m\"",
            "\"+5m\"",
            "\"1h30m\"",
            "\"10M\"",
            "\"25h\"",
            "86401",
            "null",
            "true",
            "[]",
            "\"ä\"",
            "\"0s\"",
            &long,
        ];
        for text in bad {
            assert_eq!(ttl(text), None, "{text}");
        }
    }

    #[test]
    fn a_life_is_written_in_its_largest_unit() {
        assert_eq!([write(3600), write(600), write(90)], ["1h", "10m", "90s"]);
    }
}
