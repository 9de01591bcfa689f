//! An OpenAPI document as it stands: values with their places, and references followed.

use crate::input::document::Document;
use edgewrit_shared::json::Json;
use edgewrit_shared::json::document::Place;
use edgewrit_shared::json::text::shortened;
use std::cell::Cell;
use std::rc::Rc;

/// References that are followed one after the other.
const REFERENCES: usize = 16;
/// Longest reference that is followed, in bytes.
const REFERENCE_BYTES: usize = 2 * 1024;
/// Bytes of a reference that a message repeats.
const SHOWN_BYTES: usize = 256;
/// Values that are looked at for each byte of the document, which may refer to one part of itself
/// from many, and for a document of any length.
const LOOKS_PER_BYTE: u64 = 4;
const LOOKS: u64 = 200_000;

/// A document, and how often its values may still be looked at.
#[derive(Debug)]
pub(super) struct Spec<'d> {
    document: &'d Document,
    looks: Cell<u64>,
}

impl<'d> Spec<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        let looks = LOOKS + LOOKS_PER_BYTE * document.bytes();
        Self {
            document,
            looks: Cell::new(looks),
        }
    }

    /// Whether its parts refer to each other so often that not all of it was looked at.
    pub(super) fn is_exhausted(&self) -> bool {
        self.looks.get() == 0
    }

    /// Counts a value that is looked at; false if that is one too many.
    fn look(&self) -> bool {
        let left = self.looks.get().saturating_sub(1);
        self.looks.set(left);
        left > 0
    }
}

/// A value of the document.
#[derive(Clone, Debug)]
pub(super) struct SpecValue<'d> {
    spec: &'d Spec<'d>,
    pub(super) json: &'d Json,
    /// The place of the value.
    pub(super) place: Rc<Place<'d>>,
}

impl<'d> SpecValue<'d> {
    /// The document itself.
    pub(super) fn root(spec: &'d Spec<'d>) -> Self {
        Self {
            spec,
            json: spec.document.json(),
            place: Rc::new(Place::Known(String::new())),
        }
    }

    pub(super) fn member<'n: 'd>(&self, name: &'n str) -> Option<Self> {
        let json = self.spec.document.member(self.json, name)?;
        self.spec
            .look()
            .then(|| self.at(json, Place::Member(Rc::clone(&self.place), name)))
    }

    pub(super) fn members(&self) -> Vec<(&'d str, Self)> {
        match self.json {
            Json::Object(members) => {
                let all = members.iter();
                let seen = all.take_while(|_| self.spec.look());
                seen.map(|(name, json)| {
                    let place = Place::Member(Rc::clone(&self.place), name);
                    (name.as_str(), self.at(json, place))
                })
                .collect()
            }
            _ => Vec::new(),
        }
    }

    /// The elements of the list that its member called `name` is; none if it is none.
    pub(super) fn items<'n: 'd>(&self, name: &'n str) -> Vec<Self> {
        let Some(list) = self.member(name) else {
            return Vec::new();
        };
        match list.json {
            Json::List(items) => {
                let all = items.iter().enumerate();
                let seen = all.take_while(|_| self.spec.look());
                seen.map(|(index, json)| list.at(json, Place::Element(Rc::clone(&list.place), index)))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn text(&self) -> Option<&'d str> {
        match self.json {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text that its member called `name` is.
    pub(super) fn text_of(&self, name: &str) -> Option<&'d str> {
        match self.json_of(name) {
            Some(Json::Text(text)) => Some(text),
            _ => None,
        }
    }

    fn json_of(&self, name: &str) -> Option<&'d Json> {
        self.spec.document.member(self.json, name)
    }

    /// The truth value of the member called `name`.
    pub(super) fn bool_of(&self, name: &str) -> Option<bool> {
        match self.json_of(name) {
            Some(Json::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// The value that this one refers to, or this one. An error says why the referred value is not
    /// found.
    pub(super) fn resolve(self) -> Result<Self, String> {
        let mut at = self;
        for _ in 0..REFERENCES {
            let Some(reference) = at.text_of("$ref") else {
                return Ok(at);
            };
            let shown = || shortened(reference, SHOWN_BYTES);
            let place = reference.strip_prefix('#').filter(|place| place.starts_with('/'));
            let place = place.ok_or_else(|| format!("`{}` leads out of the document", shown()))?;
            let near = Some(place).filter(|place| place.len() <= REFERENCE_BYTES && at.spec.look());
            let json = near.and_then(|place| at.spec.document.value(place));
            at = Self {
                json: json.ok_or_else(|| format!("`{}` leads nowhere", shown()))?,
                place: Rc::new(Place::Pointer(place)),
                ..at
            };
        }
        Err(format!("more than {REFERENCES} references, one after the other"))
    }

    fn at(&self, json: &'d Json, place: Place<'d>) -> Self {
        Self {
            spec: self.spec,
            json,
            place: Rc::new(place),
        }
    }
}
