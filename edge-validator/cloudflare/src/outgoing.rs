//! Requests to upstreams and to the issuer: built from nothing, for a fixed origin.

use crate::incoming;
use edgewrit_edge::permit::OutgoingRequest;
use edgewrit_edge::refusal::HostFault;
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use web_sys::{Headers, Request, RequestCache, RequestInit, RequestRedirect};

/// The runtime's request for a permit.
///
/// # Errors
/// If the runtime cannot make it, or has made something else than what was judged.
pub(crate) fn permitted(outgoing: &OutgoingRequest) -> Result<Request, HostFault> {
    let headers = outgoing.headers.iter().map(|(name, value)| (&**name, value.as_slice()));
    let init = init(&outgoing.method, headers, outgoing.body.as_ref());
    let request = init.and_then(|init| {
        // The runtime's cache knows URLs, not whom an answer is for.
        init.set_cache(RequestCache::NoStore);
        request(&outgoing.origin, &outgoing.target, &init)
    });
    let request = request.map_err(|_| HostFault::OtherRequest)?;
    is_as_judged(&request, outgoing).map(|()| request)
}

/// A request keeps what it was made from only as its URL shows it: a parser stood between.
fn is_as_judged(request: &Request, outgoing: &OutgoingRequest) -> Result<(), HostFault> {
    let url = request.url();
    if incoming::target(&url) != outgoing.target || request.method() != outgoing.method {
        return Err(HostFault::OtherRequest);
    }
    match url.strip_suffix(&outgoing.target) {
        Some(origin) if origin == outgoing.origin => Ok(()),
        _ => Err(HostFault::OtherUpstream),
    }
}

/// A request for `target`, path and query, at `origin`.
pub(crate) fn request(origin: &str, target: &str, init: &RequestInit) -> Result<Request, JsValue> {
    Request::new_with_str_and_init(&format!("{origin}{target}"), init)
}

/// Everything of a request but its URL. Redirects are never followed: they would carry credentials elsewhere.
pub(crate) fn init<'h>(
    method: &str,
    headers: impl Iterator<Item = (&'h str, &'h [u8])>,
    body: Option<&Vec<u8>>,
) -> Result<RequestInit, JsValue> {
    let headers = self::headers(headers)?;
    let init = RequestInit::new();
    init.set_method(method);
    init.set_headers(&headers.into());
    init.set_redirect(RequestRedirect::Manual);
    if let Some(body) = body {
        init.set_body(&Uint8Array::from(body.as_slice()));
    }
    Ok(init)
}

fn headers<'h>(pairs: impl Iterator<Item = (&'h str, &'h [u8])>) -> Result<Headers, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in pairs {
        let value = str::from_utf8(value).map_err(|_| JsValue::from("a header value is not text"))?;
        headers.append(name, value)?;
    }
    Ok(headers)
}
