//! Bodies of this API: any content type, unknown members ignored, one problem at a time.

use crate::base::id::{ID_EXPECTED, read_id};
use crate::base::json_document;
use crate::http::extract::body;
use crate::http::extract::body_budget::UnauthenticatedBodyBudget;
use crate::http::problem::{Code, Problem};
use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, Request};
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::limits::JSON_VALUES;
use std::sync::Arc;

/// Longest text that is taken without a form of its own, in bytes.
const TEXT_BYTES: usize = 1_024;

/// The members of a body.
pub(super) struct Fields(Json);

impl Fields {
    async fn read_aside(bytes: Bytes) -> Result<Self, Problem> {
        body::read_aside(bytes.len(), move || Self::read(&bytes)).await?
    }

    fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let json = json::parse(bytes, JSON_VALUES);
        match json.map_err(|error| Problem::new(Code::MalformedJson).detail(error.to_string()))? {
            object @ Json::Object(_) => Ok(Self(object)),
            _ => Err(Problem::new(Code::InvalidRequest).detail("expected a JSON object")),
        }
    }

    /// The member, unless it is missing or `null`.
    fn member(&self, name: &str) -> Option<&Json> {
        self.0.member(name).filter(|value| !matches!(value, Json::Null))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.member(name).is_some()
    }

    /// A text that is not empty and has no control characters.
    pub(super) fn text(&self, name: &str) -> Result<&str, Problem> {
        match self.member(name) {
            Some(Json::Text(text)) if (1..=TEXT_BYTES).contains(&text.len()) && !text.contains(char::is_control) => {
                Ok(text)
            }
            _ => Err(expected(name, "a text of 1 to 1024 bytes without control characters")),
        }
    }

    /// A text of whatever form and size.
    pub(super) fn raw(&self, name: &str) -> Result<&str, Problem> {
        match self.member(name) {
            Some(Json::Text(text)) if !text.is_empty() => Ok(text),
            _ => Err(expected(name, "a text")),
        }
    }

    /// An id that can be a segment of a SPIFFE id's path.
    pub(super) fn id(&self, name: &str) -> Result<String, Problem> {
        let read = self
            .member(name)
            .and_then(|value| json_document::value(value, read_id).ok());
        read.ok_or_else(|| expected(name, ID_EXPECTED))
    }

    /// A list of texts, at least one.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Problem> {
        let texts = match self.member(name) {
            Some(Json::List(items)) => items.iter().map(text_of).collect(),
            _ => None,
        };
        let texts: Option<Vec<String>> = texts;
        texts
            .filter(|texts| !texts.is_empty())
            .ok_or_else(|| expected(name, "a list of scopes, at least one"))
    }

    /// A whole number of seconds; `usual` if there is none.
    pub(super) fn seconds(&self, name: &str, usual: u64) -> Result<u64, Problem> {
        match self.member(name) {
            None => Ok(usual),
            Some(Json::Number(number)) => {
                let seconds = number.as_u64().filter(|seconds| *seconds > 0);
                seconds
                    .ok_or_else(|| Problem::new(Code::InvalidTtl).detail(format!("`{name}`: expected whole seconds")))
            }
            Some(_) => Err(expected(name, "a number of seconds")),
        }
    }

    /// Yes or no; `usual` if it is not said.
    pub(super) fn bool(&self, name: &str, usual: bool) -> Result<bool, Problem> {
        match self.member(name) {
            None => Ok(usual),
            Some(Json::Bool(value)) => Ok(*value),
            Some(_) => Err(expected(name, "true or false")),
        }
    }
}

/// The body of an authenticated request.
impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        Self::read_aside(body::receive(request).await?).await
    }
}

/// The members of the body of an unauthenticated request.
pub(super) struct UnauthenticatedFields(pub(super) Fields);

impl<S: Send + Sync> FromRequest<S> for UnauthenticatedFields
where
    Arc<UnauthenticatedBodyBudget>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let budget = Arc::<UnauthenticatedBodyBudget>::from_ref(state);
        let bytes = body::receive_unauthenticated(&budget, request).await?;
        Fields::read_aside(bytes).await.map(Self)
    }
}

fn text_of(item: &Json) -> Option<String> {
    match item {
        Json::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// A member is missing, or not what it should be.
pub(super) fn expected(name: &str, what: &str) -> Problem {
    Problem::new(Code::InvalidRequest).detail(format!("`{name}`: expected {what}"))
}
