//! W3C Trace Context.

/// Whether `text` is a `traceparent` of version 00 (W3C Trace Context, section 3.2).
#[must_use]
pub(crate) fn is_traceparent(text: &str) -> bool {
    let mut parts = text.split('-');
    let is_hex = |part: Option<&str>, digits| {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        part.is_some_and(|part| part.len() == digits && part.bytes().all(hex))
    };
    parts.next() == Some("00")
        && is_hex(parts.next(), 32)
        && is_hex(parts.next(), 16)
        && is_hex(parts.next(), 2)
        && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_kept_only_if_it_is_one() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert!(is_traceparent(good));
        for bad in [
            "",
            "00",
            &good.to_uppercase(),
            &good.replacen('0', "", 1),
            &format!("{good}-x"),
            &good.replace("00-", "01-"),
        ] {
            assert!(!is_traceparent(bad), "{bad}");
        }
    }
}
