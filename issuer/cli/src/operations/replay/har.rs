//! HAR archives (version 1.2): what browsers and proxies save of a session.

use super::recorded::{Body, Recorded};
use serde_json::Value;

/// The entries, if this is an archive.
pub(super) fn entries(bytes: &[u8]) -> Option<Vec<Value>> {
    let mut archive: Value = serde_json::from_slice(bytes).ok()?;
    match archive.pointer_mut("/log/entries")?.take() {
        Value::Array(entries) => Some(entries),
        _ => None,
    }
}

/// The request of an entry. Errors are messages for people.
pub(super) fn read(entry: &Value) -> Result<Recorded, String> {
    let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str);
    let method = text("/request/method").ok_or("no `request.method`")?;
    let url = text("/request/url").ok_or("no `request.url`")?;
    let size = entry.pointer("/request/bodySize").and_then(Value::as_i64);
    let has_post = entry.pointer("/request/postData").is_some_and(|data| !data.is_null());
    let body = match text("/request/postData/text") {
        Some(text) if !text.is_empty() => Body::Text(text.to_owned()),
        _ if has_post || size.is_some_and(|size| size > 0) => Body::Lost,
        _ => Body::Nothing,
    };
    Ok(Recorded {
        method: method.to_owned(),
        target: target(url)?,
        headers: Some(headers(entry)),
        body,
    })
}

/// What stands behind the authority, without the fragment, which is never sent.
fn target(url: &str) -> Result<String, String> {
    let (_, rest) = url.split_once("://").ok_or("`request.url` is no URL")?;
    let rest = rest.split('#').next().unwrap_or_default();
    let target = rest.find(['/', '?']).and_then(|at| rest.get(at..)).unwrap_or_default();
    Ok(if target.starts_with('/') {
        target.to_owned()
    } else {
        format!("/{target}")
    })
}

/// The headers, without the pseudo-headers of HTTP/2.
fn headers(entry: &Value) -> Vec<(String, String)> {
    let headers = entry.pointer("/request/headers").and_then(Value::as_array);
    let headers = headers.into_iter().flatten().filter_map(|header| {
        let text = |name: &str| header.get(name).and_then(Value::as_str);
        Some((text("name")?.to_ascii_lowercase(), text("value")?.to_owned()))
    });
    headers.filter(|(name, _)| !name.starts_with(':')).collect()
}
