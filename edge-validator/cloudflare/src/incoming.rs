//! Reading the head of a request.

use edgewrit_edge::config::Config;
use edgewrit_edge::head::Head;
use edgewrit_edge::step::{self, Step, World};
use std::sync::Arc;
use wasm_bindgen::JsValue;
use web_sys::Request;

/// The head of a request, read from the runtime.
pub(crate) struct Incoming {
    method: String,
    url: String,
    headers: Vec<(Arc<str>, String)>,
    has_body: bool,
}

impl Incoming {
    /// Reads what the pipeline looks at, and no other header.
    pub(crate) fn read(request: &Request, config: &Config) -> Result<Self, JsValue> {
        let all = request.headers();
        let mut headers = Vec::new();
        for name in config.header_names() {
            if let Some(value) = all.get(name)? {
                headers.push((Arc::clone(name), value));
            }
        }
        Ok(Self {
            method: request.method(),
            url: request.url(),
            headers,
            has_body: request.body().is_some(),
        })
    }

    /// The pipeline's first step.
    pub(crate) fn start(&self, world: &World<'_>) -> Step {
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (&**name, value.as_bytes()))
            .collect();
        let (authority, target) = parts(&self.url);
        let head = Head {
            method: &self.method,
            target: target.as_bytes(),
            authority: authority.as_bytes(),
            headers: &headers,
            has_body: self.has_body,
        };
        step::start(head, world)
    }
}

/// What follows the authority in a URL, as it stands there.
pub(crate) fn target(url: &str) -> &str {
    parts(url).1
}

/// Authority and target of a URL, as they stand there. The runtime keeps the request's target but for literal dot segments;
/// a URL object would rewrite it, so there is none.
fn parts(url: &str) -> (&str, &str) {
    let after_scheme = url.split_once("://").map_or("", |(_, rest)| rest);
    let path = after_scheme.find('/').and_then(|at| after_scheme.split_at_checked(at));
    path.unwrap_or_default()
}
