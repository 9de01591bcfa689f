//! The request of a case, and where the request arrives.

use crate::text::{NameValues, TextSpec};
use anyhow::Result;
use serde::Deserialize;

/// A request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseRequest {
    /// The method.
    pub method: String,
    /// The target.
    pub target: TextSpec,
    /// The headers besides `host`, `authorization` and `content-length`.
    #[serde(default)]
    pub headers: Vec<(String, TextSpec)>,
    /// The body.
    pub body: Option<TextSpec>,
}

/// The upstream at which a request arrives, and the parts that arrive.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArrivedRequest {
    /// The name of the upstream.
    pub upstream: String,
    /// Headers that arrive, once, with this value.
    #[serde(default)]
    pub headers: Vec<(String, TextSpec)>,
    /// Headers that do not.
    #[serde(default)]
    pub absent: Vec<Absent>,
    /// The target, if its query is spelled anew.
    pub target: Option<TextSpec>,
    /// The body, if it is a form that is spelled anew.
    pub body: Option<TextSpec>,
}

/// A header that must not be there: under this name, or under it with this part in its value.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Absent {
    /// With any value.
    Name(String),
    /// With this part in it.
    Part(String, TextSpec),
}

impl Absent {
    pub(super) fn parts(&self, names: &NameValues) -> Result<(&str, Vec<u8>)> {
        Ok(match self {
            Self::Name(name) => (name, Vec::new()),
            Self::Part(name, part) => (name, part.bytes(names)?),
        })
    }
}
