//! The source of a value in a request: `query.from`, `body./passenger/user`, `form.user`,
//! `path.id`, `header.x-tenant`.

use crate::http::headers;
use crate::operation::shape::{self, PointerStep};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The source of a value in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ValueSource {
    /// A name in the query, decoded.
    Query(String),
    /// A value in the JSON body.
    Body(Vec<PointerStep>),
    /// A name in the form, decoded.
    Form(String),
    /// A capture of the path.
    Path(String),
    /// A header.
    Header(String),
}

impl ValueSource {
    /// Parses a source. An error is a message for the operator.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text.split_once('.') {
            Some(("query", name)) if !name.is_empty() => Ok(Self::Query(name.into())),
            Some(("form", name)) if !name.is_empty() => Ok(Self::Form(name.into())),
            Some(("body", pointer)) => shape::parse_pointer(pointer).map(Self::Body),
            Some(("path", name)) => Ok(Self::Path(name.into())),
            Some(("header", name)) => headers::check_passable(name).map(|()| Self::Header(name.into())),
            _ => Err(format!(
                "expected `query.name`, `body./pointer`, `form.name`, `path.capture` or `header.name`, found `{}`",
                text.escape_debug()
            )),
        }
    }

    /// Whether the source names every element of an array.
    pub(super) fn is_repeated(&self) -> bool {
        matches!(self, Self::Body(steps) if steps.contains(&PointerStep::Each))
    }
}
