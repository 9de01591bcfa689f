//! The request in which something happens, as far as the audit keeps it.

use crate::audit::Event;
use axum::http::HeaderMap;

/// Which request, and which trace it belongs to.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// The request's id.
    pub request_id: Option<String>,
    /// Its `traceparent` (W3C Trace Context).
    pub traceparent: Option<String>,
}

impl Call {
    /// The call with these headers. The outermost layer has named it.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            request_id: text("x-request-id").map(str::to_owned),
            traceparent: text("traceparent")
                .filter(|text| is_traceparent(text))
                .map(str::to_owned),
        }
    }
}

/// Whether `text` is a `traceparent` of version 00 (W3C Trace Context, section 3.2).
#[must_use]
pub fn is_traceparent(text: &str) -> bool {
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

impl Event {
    /// The request in which it happened.
    #[must_use]
    pub fn in_call(mut self, call: &Call) -> Self {
        self.request_id.clone_from(&call.request_id);
        self.traceparent.clone_from(&call.traceparent);
        self
    }
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
