//! Requests, made by chance and with a preference for what parsers differ on.

mod json;
mod numbers;
mod pairs;
mod path;
mod texts;

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::strategy::BoxedStrategy;
use std::fmt;

/// A request as it reaches the edge.
#[derive(Clone, Debug)]
pub struct ProbeRequest {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: Vec<u8>,
    /// The `content-type`, if there is a body.
    pub content_type: Option<&'static str>,
    /// The kind of a body for a reader.
    pub body_kind: Option<BodyKind>,
    /// The body.
    pub body: Option<Vec<u8>>,
}

/// The kind of body that readers are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// Names and values.
    Form,
    /// Bodies of JSON.
    Json,
}

/// A request as the edge sends it on.
#[derive(Clone, Debug)]
pub(super) struct SentRequest {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) content_type: Option<String>,
    pub(super) body_kind: Option<BodyKind>,
    pub(super) body: Option<Vec<u8>>,
}

/// The part that varies between requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// Names and values of the query.
    Query,
    /// Names and values of a form.
    Form,
    /// Paths of targets.
    Path,
    /// Bodies of JSON.
    Json,
    /// Numbers in path, query and JSON of one request.
    Numbers,
}

impl RequestKind {
    /// The requests of this kind.
    pub(super) fn requests(self) -> BoxedStrategy<ProbeRequest> {
        match self {
            Self::Query => pairs::queries(),
            Self::Form => pairs::forms(),
            Self::Path => path::paths(),
            Self::Json => json::bodies(),
            Self::Numbers => numbers::everywhere(),
        }
    }

    /// A number that no other kind has.
    pub(super) const fn number(self) -> u8 {
        self as u8
    }
}

impl ProbeRequest {
    /// A request without a body.
    #[must_use]
    pub fn bare(method: &str, target: &str) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            content_type: None,
            body_kind: None,
            body: None,
        }
    }

    /// A request with a form.
    #[must_use]
    pub fn form(target: &str, body: &str) -> Self {
        Self {
            content_type: Some("application/x-www-form-urlencoded"),
            body_kind: Some(BodyKind::Form),
            body: Some(body.into()),
            ..Self::bare("POST", target)
        }
    }

    /// A request with JSON.
    #[must_use]
    pub fn json(target: &str, body: &[u8]) -> Self {
        Self {
            content_type: Some("application/json"),
            body_kind: Some(BodyKind::Json),
            body: Some(body.into()),
            ..Self::bare("POST", target)
        }
    }
}

impl SentRequest {
    /// The request of an edge that sends the request as it arrives.
    pub(super) fn unjudged(request: &ProbeRequest) -> Result<Self> {
        Ok(Self {
            method: request.method.clone(),
            target: String::from_utf8(request.target.clone())?,
            content_type: request.content_type.map(str::to_owned),
            body_kind: request.body_kind,
            body: request.body.clone(),
        })
    }

    /// The line that asks readers about it.
    pub(super) fn line(&self) -> String {
        let kind = self.body_kind.map(|kind| match kind {
            BodyKind::Form => "form",
            BodyKind::Json => "json",
        });
        let line = serde_json::json!({
            "method": self.method,
            "target": STANDARD.encode(&self.target),
            "type": self.content_type,
            "kind": kind,
            "body": self.body.as_ref().map(|body| STANDARD.encode(body)),
        });
        line.to_string()
    }
}

impl fmt::Display for ProbeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, &self.method, &self.target, self.body.as_deref())
    }
}

impl fmt::Display for SentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, &self.method, self.target.as_bytes(), self.body.as_deref())
    }
}

/// The first and the last bytes of a long request, in which many requests differ.
fn show(f: &mut fmt::Formatter<'_>, method: &str, target: &[u8], body: Option<&[u8]>) -> fmt::Result {
    const SHOWN: usize = 150;
    let cut = |bytes: &[u8]| {
        let text = bytes.escape_ascii().to_string();
        match (text.get(..SHOWN), text.get(text.len().saturating_sub(SHOWN)..)) {
            (Some(first), Some(last)) if text.len() > 2 * SHOWN => {
                format!("{first} .. ({} bytes) .. {last}", bytes.len())
            }
            _ => text,
        }
    };
    write!(f, "{method} {}", cut(target))?;
    body.map_or(Ok(()), |body| write!(f, " with the body {}", cut(body)))
}
