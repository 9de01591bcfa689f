//! W3C Trace Context.

/// Digits of a trace id.
const TRACE_ID: usize = 32;
/// Digits of a parent id.
const PARENT_ID: usize = 16;
/// Digits of the flags.
const FLAGS: usize = 2;

/// Whether `text` is a `traceparent` of version 00 (W3C Trace Context, section 3.2): ids and flags
/// in lower-case hexadecimal digits, and no id of zeros alone.
#[must_use]
pub fn is_traceparent(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("00-") else {
        return false;
    };
    let mut parts = rest.split('-');
    is_id(parts.next(), TRACE_ID)
        && is_id(parts.next(), PARENT_ID)
        && is_hex(parts.next(), FLAGS)
        && parts.next().is_none()
}

fn is_id(part: Option<&str>, digits: usize) -> bool {
    is_hex(part, digits) && part.is_some_and(|part| part.bytes().any(|byte| byte != b'0'))
}

fn is_hex(part: Option<&str>, digits: usize) -> bool {
    part.is_some_and(|part| part.len() == digits && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

#[cfg(test)]
mod tests {
    use super::is_traceparent;
    use alloc::format;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_trace_context_has_the_form_of_version_00() {
        for good in [GOOD, &GOOD.replace("-01", "-ff"), &GOOD.replace("-01", "-00")] {
            assert!(is_traceparent(good), "{good}");
        }
        for bad in [
            "",
            "00",
            &GOOD.to_uppercase(),
            &GOOD.replacen('0', "", 1),
            &format!("{GOOD}-x"),
            &GOOD.replace("00-", "01-"),
            &GOOD.replace("00-", "ff-"),
            &GOOD.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &GOOD.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &GOOD.replace("4bf9", "4bg9"),
            &GOOD.replace("36-00", "3-600"),
            &"x".repeat(55),
        ] {
            assert!(!is_traceparent(bad), "{bad}");
        }
    }
}
