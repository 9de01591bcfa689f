//! What is found, and how it is shown.

use super::source::Source;
use clap::ValueEnum;
use serde_json::{Map, Value};
use std::fmt;

/// What sort of thing was found. The names are stable: scripts turn them off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Code {
    /// Of a policy, beyond every ceiling.
    Beyond,
    /// More resources than one would think.
    Broad,
    /// A part of a rule that admits nothing.
    Contradictory,
    /// A glob whose texts lead elsewhere.
    GlobEscape,
    /// A grant within others.
    Implied,
    /// A grant that permits nothing.
    Impossible,
    /// Two grants permit the same, and more than either says.
    Overlap,
    /// A `*` that does not go as far as one would think.
    StarStops,
    /// Uses that are not counted.
    UncountedOverlap,
    /// An operation that matters, without limits.
    Unguarded,
    /// Of a ceiling, used by no policy.
    Unneeded,
}

/// Something doubtful.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) code: Code,
    /// Where, as a JSON pointer.
    pub(super) place: String,
    /// What is wrong, a sentence without its period.
    pub(super) wrong: String,
    /// What to do, likewise.
    pub(super) instead: String,
}

impl Finding {
    pub(super) fn new(
        code: Code,
        place: impl Into<String>,
        wrong: impl Into<String>,
        instead: impl Into<String>,
    ) -> Self {
        Self {
            code,
            place: place.into(),
            wrong: wrong.into(),
            instead: instead.into(),
        }
    }

    pub(super) fn to_text(&self, source: &Source) -> String {
        let Self {
            code,
            place,
            wrong,
            instead,
        } = self;
        let first = source.document.locate(place, &format!("{code}: {wrong}"));
        format!("{first}\n    {instead}")
    }

    /// `file`, `place`, where known `line` and `column`, `code`, `wrong`, `instead`.
    pub(super) fn to_json(&self, source: &Source) -> Value {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        put("file", source.document.name().into());
        put("place", self.place.as_str().into());
        if let Some(at) = source.document.place(&self.place) {
            put("line", at.line.into());
            put("column", at.column.into());
        }
        put("code", self.code.to_string().into());
        put("wrong", self.wrong.as_str().into());
        put("instead", self.instead.as_str().into());
        Value::Object(members)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_possible_value()
            .map_or(Ok(()), |value| f.write_str(value.get_name()))
    }
}
