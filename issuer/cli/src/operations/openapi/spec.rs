//! An OpenAPI document as it stands: values with their places, and references followed.

use crate::document::Document;
use edgewrit_shared::document::pointer_step;
use edgewrit_shared::json::Json;

/// References that are followed one after the other.
const REFERENCES: usize = 16;

/// A value of the document.
#[derive(Clone, Debug)]
pub(super) struct At<'d> {
    document: &'d Document,
    pub(super) json: &'d Json,
    /// Where it stands, as a JSON pointer.
    pub(super) place: String,
}

impl<'d> At<'d> {
    /// The document itself.
    pub(super) fn root(document: &'d Document) -> Self {
        Self {
            document,
            json: document.json(),
            place: String::new(),
        }
    }

    pub(super) fn member(&self, name: &str) -> Option<Self> {
        self.json.member(name).map(|json| self.at(json, &pointer_step(name)))
    }

    pub(super) fn members(&self) -> Vec<(&'d str, Self)> {
        match self.json {
            Json::Object(members) => {
                let all = members.iter();
                all.map(|(name, json)| (name.as_str(), self.at(json, &pointer_step(name))))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// The elements of the list that its member called `name` is; none if it is none.
    pub(super) fn items(&self, name: &str) -> Vec<Self> {
        let Some(list) = self.member(name) else {
            return Vec::new();
        };
        match list.json {
            Json::List(items) => {
                let all = items.iter().enumerate();
                all.map(|(index, json)| list.at(json, &index.to_string())).collect()
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
        self.member(name)?.text()
    }

    /// What its member called `name` says, `true` or `false`.
    pub(super) fn bool_of(&self, name: &str) -> Option<bool> {
        match self.json.member(name) {
            Some(Json::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// What it refers to, if it does. An error says why that is not found.
    pub(super) fn resolve(self) -> Result<Self, String> {
        let mut at = self;
        for _ in 0..REFERENCES {
            let Some(reference) = at.text_of("$ref") else {
                return Ok(at);
            };
            let place = reference.strip_prefix('#').filter(|place| place.starts_with('/'));
            let place = place.ok_or_else(|| format!("`{reference}` leads out of the document"))?;
            let json = at
                .document
                .value(place)
                .ok_or_else(|| format!("`{reference}` leads nowhere"))?;
            at = Self {
                json,
                place: place.to_owned(),
                ..at
            };
        }
        Err(format!("more than {REFERENCES} references, one after the other"))
    }

    fn at(&self, json: &'d Json, step: &str) -> Self {
        Self {
            document: self.document,
            json,
            place: format!("{}/{step}", self.place),
        }
    }
}
