//! Request headers: the headers that the pipeline reads, and the headers that pass.
//!
//! The pipeline sees only headers that have a purpose. Several headers of one name become one
//! value. If a host passes them one by one, the pipeline joins them by `, `. Some hosts have joined
//! them before: workerd joins all of them by `, `, Envoy joins a few, such as `accept`, by a bare
//! comma. So hosts may differ in the space, and on each host the value that is judged is the value
//! that is sent. The host sets `content-length` and `host`.

use crate::reason::{Objection, Reason};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use edgewrit_shared::limits::{HEADER_BYTES, HEADERS};
use edgewrit_shared::small_code::heap_sort::distinct;
use edgewrit_shared::small_code::text_eq::text_eq;

/// Client headers that pass on every operation, sorted; `content-type` passes if a body is judged.
/// Other headers pass only if `headers` of the operation lists them.
///
/// The list omits headers that change the effect of the request and not only the form of the
/// response: `range` (many ranges multiply the work), `idempotency-key` (with one credential at the
/// upstream, an agent could get the answer to another agent), `prefer`, `accept-encoding` (hosts
/// differ in the encodings that they add and undo), `origin` and `referer`.
pub(crate) const PASS: [&str; 10] = [
    "accept",
    "accept-language",
    "content-type",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "traceparent",
    "tracestate",
    "user-agent",
];

/// Up to this number of names a linear search is used.
const FEW_NAMES: usize = 32;

/// Headers that the pipeline reads and never passes.
const READ: [&str; 5] = [
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "upgrade",
];

/// Headers that no operation can let pass. Such headers carry identity, name the origin or
/// destination of a request, override what was judged, or belong to the connection.
const NEVER: [&str; 30] = [
    "authorization",
    "cdn-loop",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "cookie2",
    "dpop",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "true-client-ip",
    "upgrade",
    "via",
    "x-client-ip",
    "x-forwarded",
    "x-host",
    "x-method-override",
    "x-real-ip",
    "x-url-scheme",
];

/// Prefixes of headers that no operation can let pass.
const NEVER_PREFIX: [&str; 8] = [
    "cf-",
    "edgewrit-",
    "x-edgewrit-",
    "x-envoy-",
    "x-forwarded-",
    "x-http-method",
    "x-original-",
    "x-rewrite-",
];

/// Checks that an operation may let this header pass or read it. An error is a message for the
/// operator.
pub(crate) fn check_passable(name: &str) -> Result<(), String> {
    if name.is_empty()
        || !name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    {
        return Err(format!(
            "expected a header name of `a-z`, `0-9` and `-`, found `{name}`"
        ));
    }
    if NEVER.contains(&name) || NEVER_PREFIX.iter().any(|prefix| name.starts_with(prefix)) {
        return Err(format!("`{name}` never passes"));
    }
    Ok(())
}

/// Every header name that has a purpose, `own` of the operations included; sorted.
pub(crate) fn collect_names<'o>(own: impl Iterator<Item = &'o Arc<str>>) -> Vec<Arc<str>> {
    let fixed = PASS.into_iter().chain(READ).map(Arc::from);
    distinct(fixed.chain(own.cloned()))
}

/// Headers to send: names in lower case, and values.
pub(crate) type HeaderFields = Vec<(Arc<str>, Vec<u8>)>;

/// The headers of a request that have a purpose.
#[derive(Debug)]
pub(crate) struct Headers<'a> {
    /// The headers by name, each once.
    seen: Vec<(&'a Arc<str>, Cow<'a, [u8]>)>,
}

impl<'a> Headers<'a> {
    /// Selects from `headers` the headers whose names are in `names`.
    pub(crate) fn read(headers: &[(&'a str, &'a [u8])], names: &'a [Arc<str>]) -> Result<Self, Objection> {
        check_limits(headers)?;
        let mut seen: Vec<(&Arc<str>, Cow<'a, [u8]>)> = Vec::with_capacity(headers.len().min(names.len()));
        for (name, value) in headers {
            let Some(name) = find_name(names, name) else { continue };
            let value = trim_white_space(value);
            if !is_printable(value) {
                return Err(Objection::new(Reason::HeaderValue, format!("`{name}`")));
            }
            match seen.iter_mut().find(|(own, _)| Arc::ptr_eq(own, name)) {
                Some((_, first)) => join_value(first.to_mut(), value),
                None => seen.push((name, Cow::Borrowed(value))),
            }
        }
        Self { seen }.without_connection_options()
    }

    /// The value of the header called `name`.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let (_, value) = self.seen.iter().find(|(own, _)| text_eq(own, name))?;
        core::str::from_utf8(value).ok()
    }

    /// The headers that pass: the headers of [`PASS`] and of `also`, but no `shadowed` header.
    pub(crate) fn into_passing(self, has_body: bool, also: &[Arc<str>], shadowed: &[String]) -> HeaderFields {
        let passes = |name: &Arc<str>| {
            let listed = PASS.iter().any(|own| text_eq(own, name)) && (has_body || !text_eq(name, "content-type"));
            (listed || also.iter().any(|own| text_eq(own, name))) && !shadowed.iter().any(|own| text_eq(own, name))
        };
        let passing = self.seen.into_iter().filter(|(name, _)| passes(name));
        passing
            .map(|(name, value)| (Arc::clone(name), value.into_owned()))
            .collect()
    }

    /// Drops the headers that `connection` names. Such headers are for the next hop alone (RFC
    /// 9110, section 7.6.1), so the client did not send them to the upstream.
    fn without_connection_options(mut self) -> Result<Self, Objection> {
        if self.value("upgrade").is_some() {
            return Err(Reason::Upgrade.into());
        }
        if let Some(options) = self.value("connection") {
            let options: Vec<String> = options
                .split(',')
                .map(|option| option.trim().to_ascii_lowercase())
                .collect();
            self.seen
                .retain(|(name, _)| !options.iter().any(|option| **option == ***name));
        }
        Ok(self)
    }
}

/// The entry for `name` in the sorted names that have a purpose.
fn find_name<'n>(names: &'n [Arc<str>], name: &str) -> Option<&'n Arc<str>> {
    if names.len() <= FEW_NAMES {
        // Most names differ in length, so this is faster than a binary search.
        return names.iter().find(|own| text_eq(own, name));
    }
    let place = names.binary_search_by(|own| (**own).cmp(name)).ok()?;
    names.get(place)
}

fn check_limits(headers: &[(&str, &[u8])]) -> Result<(), Objection> {
    if headers.len() > HEADERS {
        return Err(Objection::new(
            Reason::HeaderCount,
            format!("{} headers", headers.len()),
        ));
    }
    let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > HEADER_BYTES {
        return Err(Objection::new(Reason::HeaderLength, format!("{bytes} bytes")));
    }
    Ok(())
}

fn join_value(first: &mut Vec<u8>, next: &[u8]) {
    first.extend_from_slice(b", ");
    first.extend_from_slice(next);
}

/// Whether a value is printable ASCII and tabs. The check reads eight bytes at a time, and single
/// bytes where one of eight may be another byte.
fn is_printable(value: &[u8]) -> bool {
    let (words, rest) = value.as_chunks();
    let byte = |&byte: &u8| byte == b'\t' || (b' '..=b'~').contains(&byte);
    words
        .iter()
        .all(|word| is_printable_word(u64::from_ne_bytes(*word)) || word.iter().all(byte))
        && rest.iter().all(byte)
}

/// Whether each byte of `word` lies between space and tilde.
fn is_printable_word(word: u64) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const TOP: u64 = EACH << 7;
    // The subtraction borrows from the top bit of a byte below a space. The addition carries into
    // the top bit of DEL. In such words other bytes can also look unprintable.
    (word | word.wrapping_sub(EACH * 0x20) | word.wrapping_add(EACH)) & TOP == 0
}

/// The value without the optional white space around it (RFC 9110, section 5.5).
fn trim_white_space(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::is_printable;

    #[test]
    fn a_value_is_printable_if_each_byte_is() {
        for length in [1, 7, 8, 9, 17] {
            for place in 0..length {
                for byte in 0..=u8::MAX {
                    let mut value = alloc::vec![b'~'; length];
                    value[place] = byte;
                    let expected = matches!(byte, b'\t' | b' '..=b'~');
                    assert_eq!(is_printable(&value), expected, "{byte:#x} at {place} of {length}");
                }
            }
        }
        assert!(
            is_printable(b"")
                && is_printable(b"        \t~~~~~~~~")
                && !is_printable(b"\x1f\x7f\x1f\x7f\x80\xff\x00\x7f")
        );
    }
}
