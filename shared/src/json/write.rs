//! Writer of JSON text, with members in the order of the caller.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

/// Text as a JSON string, quotes included.
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text) = self;
        if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
            // Most texts need no escape.
            f.write_str("\"")?;
            f.write_str(text)?;
            return f.write_str("\"");
        }
        f.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
    }
}

/// An object of these members.
pub(crate) fn object(members: &[String]) -> String {
    format!("{{{}}}", members.join(","))
}

/// A member whose value is text.
pub(crate) fn text(name: &str, value: &str) -> String {
    member(name, Quoted(value))
}

/// A member whose value is an array of texts.
pub(crate) fn texts(name: &str, values: &[String]) -> String {
    list(name, values.iter().map(|value| Quoted(value).to_string()))
}

/// A member whose value is an array of JSON texts.
pub(crate) fn list(name: &str, values: impl Iterator<Item = String>) -> String {
    member(name, format_args!("[{}]", values.collect::<Vec<_>>().join(",")))
}

/// A member whose value is JSON text.
pub(crate) fn member(name: &str, value: impl fmt::Display) -> String {
    format!("{}:{value}", Quoted(name))
}
