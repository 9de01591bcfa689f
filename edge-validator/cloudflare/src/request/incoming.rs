//! Reading the head of a request.

use crate::platform::host::{self, HeaderLines, HeaderNames};
use edgewrit_edge::http::head::Head;
use edgewrit_edge::step::Step;
use wasm_bindgen::JsValue;
use web_sys::Request;

/// The head of a request, read from the runtime.
pub(crate) struct Incoming(HeaderLines<3>);

impl Incoming {
    /// Reads the headers whose names are in `names`, which the pipeline reads, and no other.
    pub(crate) fn read(request: &Request, names: &HeaderNames) -> Result<Self, JsValue> {
        host::read_head(request, names).map(Self)
    }

    /// A step of the pipeline on this head; `None` if the head cannot be read.
    pub(crate) fn judge(&self, step: impl FnOnce(Head<'_>) -> Step) -> Option<Step> {
        let ([method, url, body], headers) = self.0.read()?;
        let (authority, target) = split_url(url);
        let head = Head {
            method,
            target: target.as_bytes(),
            authority: authority.as_bytes(),
            headers: &headers,
            has_body: !body.is_empty(),
        };
        Some(step(head))
    }
}

/// Authority and target of a URL, without a change. The runtime resolves literal dot segments and
/// keeps the rest of the target of the request; a URL object would rewrite it, so there is none.
fn split_url(url: &str) -> (&str, &str) {
    let after_scheme = url.split_once("://").map_or("", |(_, rest)| rest);
    let path = after_scheme.find('/').and_then(|at| after_scheme.split_at_checked(at));
    path.unwrap_or_default()
}
