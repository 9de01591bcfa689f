//! Calls between the validator and the runtime for every request. One call exchanges all headers,
//! because one call for each header would take longer than the decision.

use edgewrit_edge::http::head::Pair;
use js_sys::{Array, JsString, Uint8Array};
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Headers, ReadableStream, Request, Response};

#[wasm_bindgen(module = "/src/platform/host.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn head(request: &Request, names: &Array) -> Result<String, JsValue>;

    #[wasm_bindgen(catch)]
    fn pairs(headers: &Headers) -> Result<String, JsValue>;

    #[wasm_bindgen(catch)]
    fn request(lines: &str, body: Option<Uint8Array>, signal: Option<&AbortSignal>)
    -> Result<Option<Request>, JsValue>;

    #[wasm_bindgen(catch)]
    fn edited(response: &Response, body: Option<&ReadableStream>, remove: &str, set: &str)
    -> Result<Response, JsValue>;
}

/// Names of headers in the form of the runtime.
#[derive(Debug)]
pub(crate) struct HeaderNames(Array);

impl HeaderNames {
    pub(crate) fn new(names: &[Arc<str>]) -> Self {
        Self(names.iter().map(|name| JsString::from(&**name)).collect())
    }
}

/// Headers of the runtime, after `N` other lines.
pub(crate) struct HeaderLines<const N: usize>(String);

/// Method, URL, and a line that is empty if there is no body; then the headers whose names are in
/// `names`.
pub(crate) fn read_head(request: &Request, names: &HeaderNames) -> Result<HeaderLines<3>, JsValue> {
    head(request, &names.0).map(HeaderLines)
}

/// All headers. The values of one name are joined, except for `set-cookie`.
pub(crate) fn read_headers(response: &Response) -> Result<HeaderLines<0>, JsValue> {
    pairs(&response.headers()).map(HeaderLines)
}

impl<const N: usize> HeaderLines<N> {
    /// The lines before the headers, and the headers with names in lower case; `None` if a value
    /// was not one line.
    pub(crate) fn read(&self) -> Option<([&str; N], Vec<Pair<'_>>)> {
        let mut lines = self.0.split('\n');
        let count: usize = lines.next()?.parse().ok()?;
        let mut before = [""; N];
        for line in &mut before {
            *line = lines.next()?;
        }
        let pairs = (0..count).map(|_| Some((lines.next()?, lines.next()?.as_bytes())));
        let pairs = pairs.collect::<Option<_>>()?;
        lines.next().is_none().then_some((before, pairs))
    }
}

/// The parts of a request.
pub(crate) struct RequestParts<'s> {
    pub(crate) url: String,
    pub(crate) method: &'s str,
    /// The headers. Neither names nor values contain line feeds.
    pub(crate) headers: Vec<Pair<'s>>,
    pub(crate) body: Option<&'s [u8]>,
    pub(crate) signal: Option<AbortSignal>,
}

/// A new request that follows no redirect and is answered by no cache.
///
/// # Errors
/// If the runtime cannot make the request, or would send another URL or method.
pub(crate) fn build_request(outline: &RequestParts<'_>) -> Result<Request, JsValue> {
    let mut lines = [&*outline.url, outline.method].join("\n");
    for (name, value) in &outline.headers {
        let value = str::from_utf8(value).map_err(|_| JsValue::from("a header value is not text"))?;
        lines.extend(["\n", name, "\n", value]);
    }
    let made = request(&lines, outline.body.map(Uint8Array::from), outline.signal.as_ref())?;
    made.ok_or_else(|| "the runtime would send another request".into())
}

/// The response of the upstream with another body and other headers.
pub(crate) fn edit_response(
    response: &Response,
    body: Option<&ReadableStream>,
    remove: &[&str],
    set: &[(&'static str, String)],
) -> Result<Response, JsValue> {
    let set: Vec<_> = set.iter().flat_map(|(name, value)| [*name, value]).collect();
    edited(response, body, &remove.join("\n"), &set.join("\n"))
}
