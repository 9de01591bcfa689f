//! W3C Trace Context.

use crate::hex::is_lower_hex_digit;

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
    split_fields(text.as_bytes()).is_some_and(|(trace_id, parent_id, flags)| {
        is_hex(trace_id) && is_hex(parent_id) && is_hex(flags) && !is_zero(trace_id) && !is_zero(parent_id)
    })
}

/// The trace id, the parent id and the flags, if each has its length.
fn split_fields(text: &[u8]) -> Option<(&[u8; TRACE_ID], &[u8; PARENT_ID], &[u8; FLAGS])> {
    let (trace_id, rest) = text.strip_prefix(b"00-")?.split_first_chunk()?;
    let (parent_id, rest) = rest.strip_prefix(b"-")?.split_first_chunk()?;
    let flags = rest.strip_prefix(b"-")?.try_into().ok()?;
    Some((trace_id, parent_id, flags))
}

/// Whether all `digits` are lower-case and hexadecimal. The loop has no early end, so that the
/// compiler checks several digits at once.
fn is_hex<const N: usize>(digits: &[u8; N]) -> bool {
    digits.iter().fold(true, |all, byte| all & is_lower_hex_digit(*byte))
}

fn is_zero<const N: usize>(digits: &[u8; N]) -> bool {
    *digits == [b'0'; N]
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
