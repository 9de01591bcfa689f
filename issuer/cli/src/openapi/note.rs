//! Notes on the parts of an OpenAPI document that an operation cannot express.

use clap::ValueEnum;
use edgewrit_shared::json::text::shortened;
use std::collections::BTreeMap;
use std::fmt::Display;

/// Longest message, in bytes.
const MESSAGE_BYTES: usize = 1024;

/// The kind of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Kind {
    /// Members of any name.
    AdditionalProperties,
    /// `oneOf`, `anyOf`, several types.
    Alternatives,
    /// A cookie.
    Cookie,
    /// Objects within objects within objects.
    Depth,
    /// A member that only some elements of a list have.
    ElementOptional,
    /// A header that never passes.
    Header,
    /// A list in a list, or of what is not judged.
    List,
    /// A body of another type than JSON or a form.
    MediaType,
    /// A name that no source can spell.
    Name,
    /// A value that may be `null`.
    Null,
    /// A body that may be left out.
    OptionalBody,
    /// A part of a segment is a parameter.
    PartialSegment,
    /// A reference that leads nowhere.
    Reference,
    /// An operation that an edge does not take.
    Refused,
    /// Something that is required was left out.
    Required,
    /// The origin of the API.
    Server,
    /// The spelling of a parameter.
    Style,
    /// More than an operation can map.
    TooMany,
    /// A value of no type.
    Untyped,
}

impl Kind {
    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// A note on a part that was left out or changed.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) kind: Kind,
    /// The place in the document, as a JSON pointer.
    place: String,
    pub(super) message: String,
}

impl Note {
    pub(super) fn new(kind: Kind, place: impl Display, message: impl Into<String>) -> Self {
        let message: String = message.into();
        Self {
            kind,
            place: place.to_string(),
            message: shortened(&message, MESSAGE_BYTES).into_owned(),
        }
    }

    /// The comment above the operation. The warning on standard error has the place too.
    pub(super) fn comment(&self) -> String {
        format!("{}: {}", self.kind.name(), self.message)
    }

    pub(super) fn place(&self) -> &dyn Display {
        &self.place
    }
}

/// The number of notes of each kind.
pub(super) fn count_by_kind<'n>(notes: impl Iterator<Item = &'n Note>) -> String {
    let mut counts: BTreeMap<Kind, u32> = BTreeMap::new();
    for note in notes {
        *counts.entry(note.kind).or_default() += 1;
    }
    let counts: Vec<_> = counts
        .iter()
        .map(|(kind, count)| format!("{count} {}", kind.name()))
        .collect();
    if counts.is_empty() {
        "none".to_owned()
    } else {
        counts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use clap::ValueEnum as _;

    #[test]
    fn every_kind_is_on_the_page() {
        let page = include_str!("../../../../docs/tools.md");
        let (_, table) = page.split_once("| warning | says that |").unwrap();
        for kind in Kind::value_variants() {
            assert!(table.contains(&format!("`{}`", kind.name())), "{kind:?}");
        }
    }
}
