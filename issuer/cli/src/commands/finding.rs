//! Findings about a file that people write, as text and as JSON.

use crate::input::document::Document;
use clap::ValueEnum;
use serde_json::{Map, Value};

/// A doubtful place of a document. `C` is the code of the finding: the names of codes are stable,
/// because scripts turn codes off.
#[derive(Debug)]
pub(crate) struct Finding<C> {
    pub(crate) code: C,
    /// The place, as a JSON pointer.
    pub(crate) place: String,
    /// The fault, a sentence without its period.
    pub(crate) wrong: String,
    /// The remedy, a sentence without its period.
    pub(crate) instead: String,
}

impl<C: ValueEnum> Finding<C> {
    pub(crate) fn new(code: C, place: impl Into<String>, wrong: impl Into<String>, instead: impl Into<String>) -> Self {
        Self {
            code,
            place: place.into(),
            wrong: wrong.into(),
            instead: instead.into(),
        }
    }

    pub(crate) fn to_text(&self, document: &Document) -> [String; 2] {
        let first = document.locate(&self.place, &format!("{}: {}", self.name(), self.wrong));
        [first, format!("    {}", self.instead)]
    }

    /// The finding as JSON: `file`, `place`, where known `line` and `column`, `code`, `wrong`,
    /// `instead`.
    pub(crate) fn to_json(&self, document: &Document) -> Value {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        put("file", document.name().into());
        put("place", self.place.as_str().into());
        if let Some(at) = document.place(&self.place) {
            put("line", at.line.into());
            put("column", at.column.into());
        }
        put("code", self.name().into());
        put("wrong", self.wrong.as_str().into());
        put("instead", self.instead.as_str().into());
        Value::Object(members)
    }

    fn name(&self) -> String {
        let value = self.code.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
}
